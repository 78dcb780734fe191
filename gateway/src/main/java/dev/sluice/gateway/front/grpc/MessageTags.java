package dev.sluice.gateway.front.grpc;

import static com.google.protobuf.WireFormat.WIRETYPE_FIXED64;
import static com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED;
import static com.google.protobuf.WireFormat.WIRETYPE_VARINT;

/**
 * The tags of what we read and write by hand.
 *
 * @thread stateless
 * @source {@code inference/grpc_service.proto}; a test compares them with the generated classes
 */
final class MessageTags {

    static final int REQUEST_MODEL_NAME = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int REQUEST_MODEL_VERSION = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int REQUEST_ID = 3 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int REQUEST_PARAMETER = 4 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int REQUEST_INPUT = 5 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int REQUEST_OUTPUT = 6 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int REQUEST_RAW = 7 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int TENSOR_NAME = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_DATATYPE = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_DIMENSION = 3 << 3 | WIRETYPE_VARINT;
    static final int TENSOR_SHAPE = 3 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_PARAMETER = 4 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_CONTENTS = 5 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int OUTPUT_NAME = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int OUTPUT_PARAMETER = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int MAP_KEY = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int MAP_VALUE = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int BOOL_PARAM = 1 << 3 | WIRETYPE_VARINT;
    static final int INT64_PARAM = 2 << 3 | WIRETYPE_VARINT;
    static final int STRING_PARAM = 3 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int DOUBLE_PARAM = 4 << 3 | WIRETYPE_FIXED64;
    static final int UINT64_PARAM = 5 << 3 | WIRETYPE_VARINT;

    static final int RESPONSE_MODEL_NAME = 1;
    static final int RESPONSE_MODEL_VERSION = 2;
    static final int RESPONSE_ID = 3;
    static final int RESPONSE_PARAMETER = 4;
    static final int RESPONSE_OUTPUT = 5;
    static final int RESPONSE_RAW = 6;

    static final int STREAM_RESPONSE = 2;

    private MessageTags() {}
}

package dev.sluice.gateway.front.tfs.grpc;

import static com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED;
import static com.google.protobuf.WireFormat.WIRETYPE_VARINT;

/**
 * The tags of what we read, and the fields of what we write, by hand.
 *
 * @thread stateless
 * @source tensorflow/serving and tensorflow, as in {@code tensorflow_serving/services.proto}; a test compares them with the
 *     generated classes
 */
final class Tags {

    /** Of every request. */
    static final int MODEL_SPEC = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int SPEC_NAME = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int SPEC_VERSION = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int SPEC_SIGNATURE = 3 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int SPEC_LABEL = 4 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int WRAPPED_NUMBER = 1 << 3 | WIRETYPE_VARINT;

    static final int PREDICT_INPUT = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int PREDICT_FILTER = 3 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int MAP_KEY = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int MAP_VALUE = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int TENSOR_TYPE = 1 << 3 | WIRETYPE_VARINT;
    static final int TENSOR_SHAPE = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_CONTENT = 4 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int SHAPE_DIM = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int SHAPE_UNKNOWN_RANK = 3 << 3 | WIRETYPE_VARINT;
    static final int DIM_SIZE = 1 << 3 | WIRETYPE_VARINT;

    static final int EXAMPLES_INPUT = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int INPUT_LIST = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int INPUT_WITH_CONTEXT = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int LIST_EXAMPLE = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int LIST_CONTEXT = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int EXAMPLE_FEATURES = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int FEATURES_FEATURE = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;

    /** Of each of the three lists of values. */
    static final int LIST_VALUE = 1;

    static final int RESPONSE_OUTPUT = 1;
    static final int RESPONSE_RESULT = 1;
    static final int RESPONSE_SPEC = 2;
    static final int RESULT_ROW = 1;
    static final int ROW_CLASS = 1;
    static final int CLASS_LABEL = 1;
    static final int CLASS_SCORE = 2;
    static final int REGRESSION_VALUE = 1;

    private Tags() {}
}

package dev.sluice.worker.engine;

import static com.google.protobuf.WireFormat.WIRETYPE_LENGTH_DELIMITED;
import static com.google.protobuf.WireFormat.WIRETYPE_VARINT;

/**
 * The tags of the few fields of an ONNX file that matter here.
 *
 * @thread any; holds nothing
 * @source onnx.proto
 */
final class OnnxProto {

    static final int MODEL_IR_VERSION = 1 << 3 | WIRETYPE_VARINT;
    static final int MODEL_GRAPH = 7 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int GRAPH_INITIALIZER = 5 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int GRAPH_INPUT = 11 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int VALUE_NAME = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int VALUE_TYPE = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TYPE_TENSOR = 1 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_TYPE_SHAPE = 2 << 3 | WIRETYPE_LENGTH_DELIMITED;

    static final int TENSOR_DATA_TYPE = 2 << 3 | WIRETYPE_VARINT;
    static final int TENSOR_NAME = 8 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_STRING_DATA = 6 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_RAW_DATA = 9 << 3 | WIRETYPE_LENGTH_DELIMITED;
    static final int TENSOR_DATA_LOCATION = 14 << 3 | WIRETYPE_VARINT;

    /** Repeated numbers come packed or one by one, so these are fields, not tags. */
    static final int TENSOR_DIMS_FIELD = 1;

    static final int TENSOR_FLOAT_DATA_FIELD = 4;
    static final int TENSOR_INT32_DATA_FIELD = 5;
    static final int TENSOR_INT64_DATA_FIELD = 7;
    static final int TENSOR_DOUBLE_DATA_FIELD = 10;
    static final int TENSOR_UINT64_DATA_FIELD = 11;

    /** The only value of {@link #TENSOR_DATA_LOCATION} that has the data in the file itself. */
    static final int LOCATION_INSIDE = 0;

    private OnnxProto() {}
}

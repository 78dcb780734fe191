package dev.sluice.worker.engine.tensorflow;

import dev.sluice.worker.contract.DataType;
import org.jspecify.annotations.Nullable;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint16;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/**
 * Which element type of TensorFlow is which of ours, as far as its Java interface has them.
 *
 * @thread any; holds nothing
 */
final class TensorFlowTypes {

    private TensorFlowTypes() {}

    static @Nullable DataType of(org.tensorflow.proto.DataType theirs) {
        return switch (theirs) {
            case DT_BOOL -> DataType.BOOL;
            case DT_UINT8 -> DataType.UINT8;
            case DT_UINT16 -> DataType.UINT16;
            case DT_INT32 -> DataType.INT32;
            case DT_INT64 -> DataType.INT64;
            case DT_HALF -> DataType.FP16;
            case DT_BFLOAT16 -> DataType.BF16;
            case DT_FLOAT -> DataType.FP32;
            case DT_DOUBLE -> DataType.FP64;
            case DT_STRING -> DataType.BYTES;
            default -> null;
        };
    }

    /** The class that tensors of that type are made by. */
    static Class<? extends TType> of(DataType type) {
        return switch (type) {
            case BOOL -> TBool.class;
            case UINT8 -> TUint8.class;
            case UINT16 -> TUint16.class;
            case INT32 -> TInt32.class;
            case INT64 -> TInt64.class;
            case FP16 -> TFloat16.class;
            case BF16 -> TBfloat16.class;
            case FP32 -> TFloat32.class;
            case FP64 -> TFloat64.class;
            case BYTES -> TString.class;
            case INT8, INT16, UINT32, UINT64 -> throw new IllegalArgumentException("TensorFlow's Java has no " + type);
        };
    }
}

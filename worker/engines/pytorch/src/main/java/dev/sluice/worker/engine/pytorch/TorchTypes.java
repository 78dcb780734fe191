package dev.sluice.worker.engine.pytorch;

import ai.djl.ndarray.types.DataType;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which element type of PyTorch is which of ours.
 *
 * @thread any; holds nothing that changes
 */
final class TorchTypes {

    private static final Map<dev.sluice.worker.contract.DataType, DataType> THEIRS = new EnumMap<>(Map.of(
            dev.sluice.worker.contract.DataType.BOOL, DataType.BOOLEAN,
            dev.sluice.worker.contract.DataType.UINT8, DataType.UINT8,
            dev.sluice.worker.contract.DataType.INT8, DataType.INT8,
            dev.sluice.worker.contract.DataType.INT32, DataType.INT32,
            dev.sluice.worker.contract.DataType.INT64, DataType.INT64,
            dev.sluice.worker.contract.DataType.FP16, DataType.FLOAT16,
            dev.sluice.worker.contract.DataType.FP32, DataType.FLOAT32,
            dev.sluice.worker.contract.DataType.FP64, DataType.FLOAT64));

    private TorchTypes() {}

    static boolean has(dev.sluice.worker.contract.DataType type) {
        return THEIRS.containsKey(type);
    }

    static String all() {
        return THEIRS.keySet().toString();
    }

    static DataType of(dev.sluice.worker.contract.DataType type) {
        DataType theirs = THEIRS.get(type);
        if (theirs == null) {
            throw new IllegalArgumentException("PyTorch has no " + type);
        }
        return theirs;
    }

    static dev.sluice.worker.contract.@Nullable DataType of(DataType theirs) {
        return THEIRS.entrySet().stream()
                .filter(entry -> entry.getValue() == theirs)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}

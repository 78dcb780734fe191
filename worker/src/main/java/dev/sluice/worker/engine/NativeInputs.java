package dev.sluice.worker.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The inputs of one call as ONNX Runtime wants them.
 *
 * @thread the one that makes the call
 * @owns every native tensor added, until it is closed; without that they leak, for nothing finalizes them
 */
final class NativeInputs implements AutoCloseable {

    private final Map<String, OnnxTensor> byName = new LinkedHashMap<>();
    private final OnnxTensors tensors;

    NativeInputs(OnnxTensors tensors) {
        this.tensors = tensors;
    }

    void add(Collection<Tensor> inputs) throws OrtException {
        for (Tensor input : inputs) {
            if (byName.containsKey(input.name())) {
                throw InferenceException.invalid("inputs", "input " + input.name() + " is given twice");
            }
            byName.put(input.name(), tensors.toNative(input));
        }
    }

    void addMissing(Collection<Tensor> defaults) throws OrtException {
        for (Tensor input : defaults) {
            if (!byName.containsKey(input.name())) {
                byName.put(input.name(), tensors.toNative(input));
            }
        }
    }

    Map<String, OnnxTensor> byName() {
        return byName;
    }

    @Override
    public void close() {
        byName.values().forEach(OnnxTensor::close);
    }
}

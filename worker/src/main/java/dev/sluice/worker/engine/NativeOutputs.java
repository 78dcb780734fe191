package dev.sluice.worker.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The outputs of one call as ONNX Runtime wants them: some it writes to memory of ours, the others it allocates.
 *
 * @thread the one that makes the call
 * @owns the native tensors over our memory, until it is closed
 */
final class NativeOutputs implements AutoCloseable {

    private final OutputMemory memory;
    private final long rows;
    private final Map<String, OnnxTensor> lent = new HashMap<>();
    private final Set<String> allocatedByEngine = new HashSet<>();

    NativeOutputs(OutputMemory memory, long rows) {
        this.memory = memory;
        this.rows = rows;
    }

    void add(List<String> names) throws OrtException {
        for (String name : names) {
            OnnxTensor tensor = memory.lend(name, rows);
            if (tensor == null) {
                allocatedByEngine.add(name);
            } else {
                lent.put(name, tensor);
            }
        }
    }

    Map<String, OnnxTensor> lent() {
        return lent;
    }

    Set<String> allocatedByEngine() {
        return allocatedByEngine;
    }

    List<Tensor> read(OrtSession.Result result, List<String> names) throws OrtException {
        List<Tensor> read = new ArrayList<>(names.size());
        for (String name : names) {
            read.add(
                    lent.containsKey(name)
                            ? memory.read(name, rows)
                            : OnnxTensors.toContract(name, result.get(name).orElseThrow()));
        }
        return read;
    }

    @Override
    public void close() {
        lent.values().forEach(OnnxTensor::close);
    }
}

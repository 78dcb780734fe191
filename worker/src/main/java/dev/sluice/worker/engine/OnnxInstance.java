package dev.sluice.worker.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One thread's way into the session of a model.
 *
 * @thread {@link #run} and {@link #close} by one thread at a time, {@link #terminate} from any
 * @owns the native run options; the lock keeps {@link #terminate} from writing to freed ones
 * @source ONNX Runtime asks {@code OrtRunOptions.terminate} before each node, those of a loop's body included
 */
final class OnnxInstance implements ModelInstance {

    private final OnnxModel model;
    private final OutputMemory memory;
    private final RunOptions options;
    private final Lock ending = new ReentrantLock();
    private boolean closed;

    OnnxInstance(OnnxModel model, OutputMemory memory, RunOptions options) {
        this.model = model;
        this.memory = memory;
        this.options = options;
    }

    OutputMemory memory() {
        return memory;
    }

    RunOptions options() {
        return options;
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, List<String> outputs) {
        if (closed) {
            throw new IllegalStateException("the instance is closed");
        }
        return model.run(this, inputs, outputs);
    }

    @Override
    public void terminate() {
        ending.lock();
        try {
            if (!closed) {
                options.setTerminate(true);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot end a call", e);
        } finally {
            ending.unlock();
        }
    }

    @Override
    public long memoryBytes() {
        return memory.bytes();
    }

    @Override
    public void close() {
        ending.lock();
        try {
            if (!closed) {
                closed = true;
                options.close();
            }
        } finally {
            ending.unlock();
        }
    }
}

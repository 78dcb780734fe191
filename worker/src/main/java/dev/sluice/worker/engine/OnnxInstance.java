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
 * @thread {@link #run} and {@link #close} by one thread at a time, {@link #withdraw} and {@link #terminate} from any
 * @owns the native run options; the lock keeps these two from writing to freed ones
 * @source ONNX Runtime asks {@code OrtRunOptions.terminate} before each node, those of a loop's body included
 */
final class OnnxInstance implements ModelInstance {

    private final OnnxModel model;
    private final OutputMemory memory;
    private final RunOptions options;
    private final Lock ending = new ReentrantLock();
    private boolean withdrawn;
    private boolean terminated;
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
        forgetWithdrawal();
        try {
            return model.run(this, inputs, outputs);
        } catch (EngineRunException failure) {
            boolean isEnded = failure.reason() == EngineRunException.Reason.TERMINATED;
            throw isEnded && isWithdrawn() ? failure.because(EngineRunException.Reason.WITHDRAWN) : failure;
        }
    }

    /** What came when the call that it was meant for had just ended says nothing of this one. */
    private void forgetWithdrawal() {
        ending.lock();
        try {
            if (withdrawn && !terminated) {
                options.setTerminate(false);
            }
            withdrawn = false;
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot begin a call", e);
        } finally {
            ending.unlock();
        }
    }

    private boolean isWithdrawn() {
        ending.lock();
        try {
            return withdrawn && !terminated;
        } finally {
            ending.unlock();
        }
    }

    @Override
    public void withdraw() {
        end(() -> withdrawn = true);
    }

    @Override
    public void terminate() {
        end(() -> terminated = true);
    }

    private void end(Runnable note) {
        ending.lock();
        try {
            if (!closed) {
                note.run();
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

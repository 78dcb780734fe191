package dev.sluice.worker.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.engine.EngineRunException.Reason;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One thread's way into the session of a model.
 *
 * @thread {@link #run} and {@link #close} by one thread at a time, {@link #withdraw} and {@link #terminate} from any
 * @owns the native run options; the lock keeps these two from writing to freed ones
 * @source ONNX Runtime asks {@code OrtRunOptions.terminate} before each node, those of a loop's body included
 */
final class OnnxInstance implements ModelInstance {

    private static final String WITHDRAWN = "the call was withdrawn";

    private final OnnxModel model;
    private final OutputMemory memory;
    private final RunOptions options;
    private final Lock ending = new ReentrantLock();
    private @Nullable Object running;
    private @Nullable Object withdrawn;
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
    public List<Tensor> run(Object call, List<Tensor> inputs, List<String> outputs) {
        if (closed) {
            throw new IllegalStateException("the instance is closed");
        }
        begin(call);
        try {
            return model.run(this, inputs, outputs);
        } catch (EngineRunException failure) {
            boolean isEnded = failure.reason() == Reason.TERMINATED;
            throw isEnded && isWithdrawn(call) ? new EngineRunException(WITHDRAWN, failure, Reason.WITHDRAWN) : failure;
        } finally {
            end(call);
        }
    }

    private void begin(Object call) {
        ending.lock();
        try {
            if (isSame(withdrawn, call)) {
                throw new EngineRunException(WITHDRAWN, new CancellationException(), Reason.WITHDRAWN);
            }
            running = call;
        } finally {
            ending.unlock();
        }
    }

    private boolean isWithdrawn(Object call) {
        ending.lock();
        try {
            return isSame(withdrawn, call) && !terminated;
        } finally {
            ending.unlock();
        }
    }

    /** From now on it cannot be withdrawn any more, and what was meant for it does not meet the next one. */
    private void end(Object call) {
        ending.lock();
        try {
            running = null;
            if (isSame(withdrawn, call) && !terminated) {
                options.setTerminate(false);
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot take another call", e);
        } finally {
            ending.unlock();
        }
    }

    @Override
    public void withdraw(Object call) {
        ending.lock();
        try {
            withdrawn = call;
            if (isSame(running, call)) {
                endRunning();
            }
        } finally {
            ending.unlock();
        }
    }

    @Override
    public void terminate() {
        ending.lock();
        try {
            if (!closed) {
                terminated = true;
                endRunning();
            }
        } finally {
            ending.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // it is asked which call, not what it looks like
    private static boolean isSame(@Nullable Object one, Object other) {
        return one == other;
    }

    private void endRunning() {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime cannot end a call", e);
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

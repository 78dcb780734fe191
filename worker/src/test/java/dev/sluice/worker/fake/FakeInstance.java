package dev.sluice.worker.fake;

import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.engine.ModelInstance;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An engine's instance that is written in the test; its memory is 100 bytes. */
public final class FakeInstance implements ModelInstance {

    public static final long MEMORY_BYTES = 100;

    private final UnaryOperator<List<Tensor>> engine;
    private volatile @Nullable Object withdrawn;
    private volatile boolean terminated;
    private volatile boolean closed;

    public FakeInstance() {
        this(inputs -> inputs);
    }

    public FakeInstance(UnaryOperator<List<Tensor>> engine) {
        this.engine = engine;
    }

    @Override
    public List<Tensor> run(Object call, List<Tensor> inputs, List<String> outputs) {
        return engine.apply(inputs);
    }

    @Override
    public void withdraw(Object call) {
        withdrawn = call;
    }

    public @Nullable Object withdrawn() {
        return withdrawn;
    }

    @Override
    public void terminate() {
        terminated = true;
    }

    public boolean isTerminated() {
        return terminated;
    }

    @Override
    public long memoryBytes() {
        return MEMORY_BYTES;
    }

    @Override
    public void close() {
        closed = true;
    }

    public boolean isClosed() {
        return closed;
    }
}

package dev.sluice.worker.engine;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.engine.EngineRunException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A model of an engine that cannot end a call under way: what is withdrawn or terminated before it begins, does not.
 *
 * @thread its instances run at the same time, and {@link #close} waits for them
 * @owns the computation, until it is closed
 */
public final class ComputedModel implements LoadedModel {

    private final String name;
    private final String platform;
    private final Signature signature;
    private final Computation computation;
    private final ModelLife life = new ModelLife();

    /** @param name as the log is to call it */
    public ComputedModel(String name, String platform, Signature signature, Computation computation) {
        this.name = name;
        this.platform = platform;
        this.signature = signature;
        this.computation = computation;
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public List<String> labels() {
        return List.of();
    }

    @Override
    public String platform() {
        return platform;
    }

    /** Of memory it keeps none: such an engine writes to its own. */
    @Override
    public ModelInstance newInstance(int maxBatchRows, long maxMemoryBytes) {
        return new Instance();
    }

    @Override
    public void close() {
        life.end(name, computation::close);
    }

    private List<Tensor> inOrder(List<Tensor> inputs) {
        List<Tensor> ordered = new ArrayList<>(inputs.size());
        for (TensorSpec spec : signature.inputs()) {
            List<Tensor> given = inputs.stream()
                    .filter(input -> input.name().equals(spec.name()))
                    .toList();
            if (given.size() != 1) {
                throw InferenceException.invalid(
                        "inputs", "input " + spec.name() + (given.isEmpty() ? " is missing" : " is given twice"));
            }
            ordered.add(given.getFirst());
        }
        return ordered;
    }

    /**
     * One thread's way into the model.
     *
     * @thread {@link #run} and {@link #close} by one thread at a time, {@link #withdraw} and {@link #terminate} from any
     */
    private final class Instance implements ModelInstance {

        private volatile @Nullable Object withdrawn;
        private volatile boolean terminated;

        @Override
        @SuppressWarnings("ReferenceEquality") // it is asked which call, not what it looks like
        public List<Tensor> run(Object call, List<Tensor> inputs, List<String> outputs) {
            if (terminated) {
                throw ended("the instance was terminated", Reason.TERMINATED);
            }
            if (withdrawn == call) {
                throw ended("the call was withdrawn", Reason.WITHDRAWN);
            }
            try {
                return life.call(() -> computation.run(inOrder(inputs), outputs));
            } catch (IllegalStateException closed) {
                throw new EngineRunException(name + " failed to run: " + closed.getMessage(), closed, Reason.OTHER);
            }
        }

        private static EngineRunException ended(String how, Reason reason) {
            return new EngineRunException(how, new CancellationException(), reason);
        }

        @Override
        public void withdraw(Object call) {
            withdrawn = call;
        }

        @Override
        public void terminate() {
            terminated = true;
        }

        @Override
        public long memoryBytes() {
            return 0;
        }

        @Override
        public void close() {
            terminated = true;
        }
    }
}

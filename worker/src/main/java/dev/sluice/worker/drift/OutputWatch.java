package dev.sluice.worker.drift;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputReport;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Looks at some of the answers of a version as they leave, and keeps what it saw of each output.
 *
 * <p>Implementation note: answers are taken evenly over time, as many in a window as a ring has places, and one number of
 * each output of an answer. So a ring of the last ones is a sample of the whole window without any bookkeeping, what it
 * costs does not depend on the traffic, on the rows of a request or on the size of an output, and a client that sends many
 * rows alike counts no more than others. A row with 2 to {@value #MOST_CLASSES} floats is one of scores, unless its owner says
 * otherwise: of those the class is what matters.
 *
 * @thread owned by the batcher loop
 * @bound {@value #MOST_OUTPUTS} outputs, {@value #MOST_CLASSES} elements of each looked at for an answer, {@value #BURST} answers in
 *     a turn, and {@link OutputRing#MOST} in a window
 * @units nanoseconds
 */
public final class OutputWatch {

    static final int MOST_OUTPUTS = 8;
    static final int MOST_CLASSES = 1000;
    private static final int BURST = 16;

    private final List<OutputRing> rings;
    private final long windowNanos;
    private final long intervalNanos;
    private final List<OutputSample> baseline;
    private final RandomGenerator random;
    private int wanted;
    private long takenUntilNanos;
    private long nowNanos;
    private boolean begun;
    private boolean hasNews;

    /**
     * Of some outputs.
     *
     * @param named which; empty for all
     * @param values those of them whose rows are no scores
     */
    public record Choice(List<String> named, List<String> values) {

        public static final Choice ALL = new Choice(List.of(), List.of());

        /** @throws IllegalArgumentException when the model has none of such a name, with a message for its owner */
        void check(Signature signature) {
            for (List<String> names : List.of(named, values)) {
                for (String name : names) {
                    if (signature.output(name) == null) {
                        throw new IllegalArgumentException("model.yaml: drift: the model has no output " + name
                                + "; it has " + signature.outputNames());
                    }
                }
            }
        }
    }

    private OutputWatch(List<OutputRing> rings, long windowNanos, List<OutputSample> baseline, RandomGenerator random) {
        this.rings = rings;
        this.windowNanos = windowNanos;
        this.intervalNanos = Math.max(1, windowNanos / OutputRing.MOST);
        this.baseline = baseline;
        this.random = random;
    }

    /** Of a version that is not watched. */
    public static OutputWatch none() {
        return new OutputWatch(List.of(), 1, List.of(), () -> 0);
    }

    /**
     * Of a model with these outputs.
     *
     * @param baseline what they are to look like; empty where nobody has said
     * @throws IllegalArgumentException when the choice does not suit the model
     */
    public static OutputWatch of(
            Signature signature,
            Choice choice,
            DriftOptions options,
            List<OutputSample> baseline,
            RandomGenerator random) {
        choice.check(signature);
        if (!options.enabled()) {
            return none();
        }
        return new OutputWatch(rings(signature, choice), options.window().toNanos(), List.copyOf(baseline), random);
    }

    private static List<OutputRing> rings(Signature signature, Choice choice) {
        return signature.outputs().stream()
                .filter(output -> output.dataType() != DataType.BYTES)
                .filter(output -> choice.named.isEmpty() || choice.named.contains(output.name()))
                .limit(MOST_OUTPUTS)
                .map(output -> new OutputRing(output.name(), classes(output, choice)))
                .toList();
    }

    private static int classes(TensorSpec output, Choice choice) {
        boolean isFloat =
                switch (output.dataType()) {
                    case FP16, BF16, FP32, FP64 -> true;
                    case BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BYTES -> false;
                };
        long row = output.shape().rank() == 2 ? output.shape().dimension(1) : 0;
        boolean isScores = isFloat && row >= 2 && row <= MOST_CLASSES && !choice.values.contains(output.name());
        return isScores ? (int) row : 0;
    }

    /** What a model is said to answer: one number, or one highest score, of each row. */
    public static List<OutputSample> sample(
            Signature signature, Choice choice, List<Tensor> answers, RandomGenerator random) {
        List<OutputRing> rings = rings(signature, choice);
        for (OutputRing ring : rings) {
            for (Tensor answer : answers) {
                if (answer.name().equals(ring.output()) && !answer.dataType().isVariableSize()) {
                    ring.takeRows(answer, random);
                }
            }
        }
        return rings.stream().map(ring -> ring.since(0)).toList();
    }

    /** To be told when a turn ends, so that nobody needs to look at the clock for each answer. */
    public void turnEnds(long nanos) {
        nowNanos = nanos;
        if (!begun) {
            begun = true;
            takenUntilNanos = nanos - BURST * intervalNanos;
        }
        long due = (nanos - takenUntilNanos) / intervalNanos;
        wanted = (int) Math.min(BURST, due);
        if (due > BURST) { // what nobody asked for in time is not made up for
            takenUntilNanos = nanos - BURST * intervalNanos;
        }
    }

    /** Looks at an answer, if it is time for another one. */
    public void look(InferenceOutcome outcome) {
        if (wanted > 0 && outcome instanceof InferenceResponse answer) {
            wanted--;
            takenUntilNanos += intervalNanos;
            for (OutputRing ring : rings) {
                take(ring, answer.outputs());
            }
        }
    }

    private void take(OutputRing ring, List<Tensor> outputs) {
        for (Tensor output : outputs) {
            if (output.name().equals(ring.output()) && !output.dataType().isVariableSize()) {
                ring.take(output, random, nowNanos);
                hasNews = true;
            }
        }
    }

    /** Whether anything has been seen since the last report. */
    public boolean hasNews() {
        return hasNews;
    }

    /**
     * What the outputs have looked like in the last window.
     *
     * @param batcher whose answers these are
     */
    public OutputReport report(ModelId model, String batcher, long nanos) {
        hasNews = false;
        List<OutputSample> lately =
                rings.stream().map(ring -> ring.since(nanos - windowNanos)).toList();
        return new OutputReport(model, batcher, lately, baseline, nanos + windowNanos);
    }

    int heldBytes() {
        return rings.stream().mapToInt(OutputRing::heldBytes).sum();
    }
}

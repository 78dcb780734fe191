package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may choose about how one model runs.
 *
 * @param intraOpThreads threads that share the work of one operator, the calling thread included. One is best for
 *     throughput: N callers that share one model beat one caller with N threads. More shortens a single call of a big
 *     model and lengthens one of a small model.
 * @param placement where the model runs
 * @param declared what its owner says that it takes and gives; null where the model is to say so
 */
public record EngineOptions(
        int intraOpThreads, Placement placement, @Nullable Signature declared) {

    public EngineOptions {
        if (intraOpThreads < 1) {
            throw new IllegalArgumentException("intraOpThreads must be at least 1, and this is " + intraOpThreads);
        }
    }

    public EngineOptions(int intraOpThreads, Placement placement) {
        this(intraOpThreads, placement, null);
    }

    /** On the CPU. */
    public EngineOptions(int intraOpThreads) {
        this(intraOpThreads, Placement.CPU);
    }

    /**
     * Holds what its owner says against a model that says it itself, as another version of it may not have done.
     *
     * @throws ModelLoadException with each contradiction
     */
    public void check(Path modelFile, Signature own) throws ModelLoadException {
        if (declared == null) {
            return;
        }
        List<String> faults = Stream.concat(
                        faults("input", declared.inputs(), own.inputs()),
                        faults("output", declared.outputs(), own.outputs()))
                .toList();
        if (!faults.isEmpty()) {
            throw new ModelLoadException(
                    modelFile, "model.yaml declares another signature than it has: " + String.join(", ", faults));
        }
    }

    private static Stream<String> faults(String kind, List<TensorSpec> declared, List<TensorSpec> own) {
        return declared.stream()
                .filter(tensor -> own.stream().noneMatch(each -> goesWith(each, tensor)))
                .map(tensor -> kind + " " + tensor + " (it has " + own + ")");
    }

    private static boolean goesWith(TensorSpec own, TensorSpec declared) {
        Shape shape = declared.shape();
        return own.name().equals(declared.name())
                && own.dataType() == declared.dataType()
                && own.shape().rank() == shape.rank()
                && IntStream.range(0, shape.rank())
                        .allMatch(axis -> goesWith(own.shape().dimension(axis), shape.dimension(axis)));
    }

    /** What one of them leaves open, the other may say. */
    private static boolean goesWith(long own, long declared) {
        return own == Shape.VARIABLE || declared == Shape.VARIABLE || own == declared;
    }
}

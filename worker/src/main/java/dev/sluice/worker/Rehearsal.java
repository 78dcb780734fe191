package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.PatientShare;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.ModelInstance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a version does before anybody may ask it: it is warmed up, and shows that it answers.
 *
 * @param device whose turns it takes
 * @param tests what it must show when it has no golden samples
 * @thread a loading thread
 * @errors IllegalStateException that says what it does wrong
 */
record Rehearsal(ModelInstance model, WarmUp warmUp, PatientShare device, ModelServing.Tests tests) {

    /** @param measure what is asked of the warm-up */
    List<LatencyPoint> play(Path modelFile, Function<WarmUp, List<LatencyPoint>> measure) throws IOException {
        List<LatencyPoint> measured = measure.apply(warmUp);
        List<GoldenSample> samples = GoldenSample.of(modelFile);
        if (samples.isEmpty() && tests.byZeros()) {
            mustHaveRun();
        }
        device.begin();
        try {
            new SelfTest(model).run(samples);
            if (samples.isEmpty() && tests.byZeros() && warmUp.everRan()) {
                tryOut();
            }
        } finally {
            device.end(0);
        }
        return measured;
    }

    private void mustHaveRun() {
        EngineRunException failure = warmUp.failure();
        if (failure != null) {
            throw new IllegalStateException(
                    "it cannot run a row of zeros (golden samples, or self_test: off in its model.yaml, let it serve all"
                            + " the same): " + failure.getMessage(),
                    failure);
        }
    }

    /**
     * Zeros alone would be unfair: a model may divide by what it is given. One with a broken weight has no finite answer to
     * numbers either.
     */
    private void tryOut() {
        Signature signature = warmUp.signature();
        TrialAnswer zeros = answer(TrialRows.zeros(signature, 1));
        zeros.undeclared().ifPresent(fault -> {
            throw new IllegalStateException(
                    fault + " (golden samples, or self_test: off in its model.yaml, let it serve all the same)");
        });
        if (tests.finite() && zeros.notFinite().isPresent()) {
            answerToNumbers().flatMap(TrialAnswer::notFinite).ifPresent(fault -> {
                throw new IllegalStateException(fault + ", neither for zeros nor for numbers between 0 and 1 (golden"
                        + " samples, or finite_outputs: false in its model.yaml, let it serve all the same)");
            });
        }
    }

    private TrialAnswer answer(List<Tensor> row) {
        return new TrialAnswer(
                warmUp.signature(), model.run(row, warmUp.signature().outputNames()));
    }

    /** Nothing if they do not suit it. */
    private Optional<TrialAnswer> answerToNumbers() {
        try {
            return Optional.of(answer(TrialRows.numbers(warmUp.signature())));
        } catch (EngineRunException | InferenceException unsuited) {
            return Optional.empty();
        }
    }
}

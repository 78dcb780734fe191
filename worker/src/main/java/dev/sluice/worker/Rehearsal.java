package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.PatientShare;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.ModelInstance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/**
 * What a version does before anybody may ask it: it is warmed up, and shows that it answers.
 *
 * @param device whose turns it takes
 * @param byZeros whether it must be able to run a row of zeros when it has no golden samples
 * @thread a loading thread
 * @errors IllegalStateException that says what it does wrong
 */
record Rehearsal(ModelInstance model, WarmUp warmUp, PatientShare device, boolean byZeros) {

    /** @param measure what is asked of the warm-up */
    List<LatencyPoint> play(Path modelFile, Function<WarmUp, List<LatencyPoint>> measure) throws IOException {
        List<LatencyPoint> measured = measure.apply(warmUp);
        List<GoldenSample> samples = GoldenSample.of(modelFile);
        EngineRunException failure = warmUp.failure();
        if (samples.isEmpty() && byZeros && failure != null) {
            throw new IllegalStateException(
                    "it cannot run a row of zeros (golden samples, or self_test: off in its model.yaml, let it serve all"
                            + " the same): " + failure.getMessage(),
                    failure);
        }
        device.begin();
        try {
            new SelfTest(model).run(samples);
        } finally {
            device.end(0);
        }
        return measured;
    }
}

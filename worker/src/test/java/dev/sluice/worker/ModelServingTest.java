package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.drift.DriftOptions;
import dev.sluice.worker.drift.OutputWatch;
import dev.sluice.worker.engine.Placement;
import dev.sluice.worker.settings.Settings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a model is due of its device. */
class ModelServingTest {

    private static double shareOfCores(int intraOpThreads, int share) {
        ModelServing.Group group = new ModelServing.Group("cpu", 1, intraOpThreads, Placement.CPU);
        return serving(group, share).shareOfCores(group);
    }

    private static ModelServing serving(ModelServing.Group group, int share) {
        Duration none = Duration.ZERO;
        BreakerOptions breaker = Settings.of(BreakerOptions.class).load();
        return new ModelServing(
                8,
                10,
                none,
                share,
                List.of(),
                none,
                false,
                true,
                breaker,
                List.of(),
                new ModelServing.Tests(true, true, false),
                new Watching(Settings.of(DriftOptions.class).load(), OutputWatch.Choice.ALL),
                new ModelServing.Rest(false, none),
                List.of(group),
                none,
                null);
    }

    @Test
    void aRunWithSeveralThreadsCountsAsManyTimes() {
        assertEquals(1, shareOfCores(1, 1));
        assertEquals(0.5, shareOfCores(4, 2));
    }
}

package dev.sluice.gateway.metrics;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.LearnedLatency;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What an operator sees of a batcher's decisions. */
class BatchMetersTest {

    private static final LearnedLatency KNOWN = new LearnedLatency(9, 1, 8, true, 2_000_000, 1_000, 0.1, 100);
    private static final LearnedLatency UNKNOWN = new LearnedLatency(1, 1, 1, false, 2_000_000, 1_000, 0, 100);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final BatchMeters meters = new BatchMeters(registry, Tags.of("model", "m"));

    private void assertShows(String sample) {
        assertTrue(registry.scrape().lines().anyMatch(sample::equals), sample + " is missing in\n" + registry.scrape());
    }

    private static String bucket(String below) {
        return MeterNames.PREDICTION_PERCENT + "_bucket{model=\"m\",le=\"" + below + "\"} ";
    }

    @Test
    void aPredictionThatWasAlmostRightIsToldFromOneThatWasNot() {
        meters.learned(1000, 930, KNOWN);
        meters.learned(1000, 1070, KNOWN);
        meters.learned(1000, 1900, KNOWN);
        assertShows(bucket("90.0") + 0);
        assertShows(bucket("100.0") + 1);
        assertShows(bucket("110.0") + 2);
        assertShows(bucket("150.0") + 2);
        assertShows(bucket("200.0") + 3);
    }

    @Test
    void whatWasNotPredictedIsNotCounted() {
        meters.learned(0, 930, UNKNOWN);
        assertShows(bucket("+Inf") + 0);
    }

    @Test
    void theLineIsShownInSecondsOnceItIsKnown() {
        assertShows(MeterNames.LEARNED_BATCH_SECONDS + "{model=\"m\"} NaN");
        meters.learned(0, 1, UNKNOWN);
        assertShows(MeterNames.LEARNED_BATCH_SECONDS + "{model=\"m\"} NaN");
        meters.learned(0, 1, KNOWN);
        assertShows(MeterNames.LEARNED_BATCH_SECONDS + "{model=\"m\"} 0.002");
        assertShows(MeterNames.LEARNED_ROW_SECONDS + "{model=\"m\"} 1.0E-6");
        assertShows(MeterNames.USEFUL_ROWS + "{model=\"m\"} 100.0");
    }

    @Test
    void everyReasonIsThereFromTheStart() {
        for (FlushReason reason : FlushReason.values()) {
            String word = reason.name().toLowerCase(Locale.ROOT);
            assertShows(MeterNames.BATCHES + "{model=\"m\",reason=\"" + word + "\"} 0.0");
        }
        for (DropReason reason : DropReason.values()) {
            String word = reason.name().toLowerCase(Locale.ROOT);
            assertShows(MeterNames.DROPPED_REQUESTS + "{model=\"m\",reason=\"" + word + "\"} 0.0");
        }
        meters.dropped(DropReason.GIVEN_UP);
        assertShows(MeterNames.DROPPED_REQUESTS + "{model=\"m\",reason=\"given_up\"} 1.0");
    }

    @Test
    void theStateOfTheCircuitIsShownAndItsChangesAreCounted() {
        String state = MeterNames.CIRCUIT_STATE + "{model=\"m\",state=";
        String changes = MeterNames.CIRCUIT_CHANGES + "{model=\"m\",state=";
        meters.circuit(CircuitState.CLOSED);
        assertShows(state + "\"closed\"} 1.0");
        assertShows(state + "\"open\"} 0.0");
        assertShows(changes + "\"closed\"} 0.0");
        meters.circuit(CircuitState.OPEN);
        meters.circuit(CircuitState.HALF_OPEN);
        assertShows(state + "\"closed\"} 0.0");
        assertShows(state + "\"half_open\"} 1.0");
        assertShows(changes + "\"open\"} 1.0");
        assertShows(changes + "\"half_open\"} 1.0");
    }

    @Test
    void whoWaitsIsShownByPriority() {
        meters.queued(1, 7);
        meters.queued(4, 2);
        assertShows(MeterNames.QUEUE_REQUESTS + "{model=\"m\",priority=\"1\"} 7.0");
        assertShows(MeterNames.QUEUE_REQUESTS + "{model=\"m\",priority=\"2\"} 0.0");
        assertShows(MeterNames.QUEUE_REQUESTS + "{model=\"m\",priority=\"4\"} 2.0");
    }
}

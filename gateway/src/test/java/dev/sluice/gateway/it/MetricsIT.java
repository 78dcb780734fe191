package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.metrics.MeterNames;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Prometheus gets to see. */
class MetricsIT {

    /** There from the first version on that is tried, and of answers from the first report on: CanaryIT and DriftIT have those. */
    private static final Set<String> LATER = Set.of(
            MeterNames.DRIFT_PSI,
            MeterNames.DRIFT_PSI_BY_CHANCE,
            MeterNames.DRIFT_KS,
            MeterNames.CACHE_HITS,
            MeterNames.CACHE_MISSES,
            MeterNames.CACHE_SHARED,
            MeterNames.CACHE_BYTES,
            MeterNames.DRIFT_SAMPLES,
            MeterNames.DRIFT_NOT_FINITE,
            MeterNames.CANDIDATE_WEIGHT,
            MeterNames.TRIAL_DECISIONS,
            MeterNames.RESCUED_REQUESTS,
            MeterNames.SHADOW_COPIES);

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private static List<String> names() throws IllegalAccessException {
        List<String> names = new ArrayList<>();
        for (Field field : MeterNames.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers()) && field.get(null) instanceof String name) {
                names.add(name);
            }
        }
        return names;
    }

    @Test
    void showsEveryMeterThatIsDocumented() throws IllegalAccessException {
        assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        MetricsPage page = gateway.metrics();
        for (String name : names()) {
            assertTrue(
                    LATER.contains(name) || page.has(name) || page.has(name + "_count"),
                    name + " is missing in\n" + page.text());
        }
        assertTrue(names().size() >= 10);
    }

    @Test
    void hasNoMeterOfOursThatIsNotDocumented() throws IllegalAccessException {
        assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        List<String> names = names();
        assertEquals(
                List.of(),
                gateway.metrics()
                        .samples()
                        .filter(sample -> sample.startsWith("sluice_"))
                        .filter(sample -> names.stream().noneMatch(sample::startsWith))
                        .toList());
    }

    @Test
    void countsWhatHappens() {
        for (int i = 0; i < 3; i++) {
            assertEquals(200, gateway.infer("sums", Requests.sums(i, 2)).status());
        }
        assertEquals(400, gateway.infer("sums", "{}").status());
        assertEquals(404, gateway.infer("nobody", "{}").status());
        assertEquals(400, gateway.infer("pick", Requests.pick(99)).status());
        MetricsPage page = gateway.metrics();
        String sums = "model=\"sums\"";
        assertEquals(3, page.value(MeterNames.REQUESTS, sums, "version=\"1\"", "outcome=\"success\""));
        assertEquals(1, page.value(MeterNames.REQUESTS, sums, "protocol=\"http\"", "outcome=\"invalid_request\""));
        assertEquals(1, page.value(MeterNames.REQUESTS, "model=\"\"", "outcome=\"unknown_model\""));
        assertEquals(4, page.value(MeterNames.REQUEST_SECONDS + "_count", sums));
        assertEquals(3, page.value(MeterNames.QUEUE_SECONDS + "_count", sums));
        assertEquals(3, page.value(MeterNames.BATCH_FORM_SECONDS + "_count", sums));
        assertEquals(3, page.value(MeterNames.BATCH_RUN_SECONDS + "_count", sums));
        assertEquals(3, page.value(MeterNames.BATCH_ROWS + "_sum", sums));
        assertEquals(0, page.value(MeterNames.BATCH_FAILURES, sums));
        assertEquals(1, page.value(MeterNames.BATCH_FAILURES, "model=\"pick\""));
        assertEquals(0, page.value(MeterNames.IN_FLIGHT));
        assertEquals(0, page.value(MeterNames.QUEUE_REQUESTS, sums));
        assertEquals(1, page.value(MeterNames.MODEL_STATE, sums, "state=\"ready\""));
        assertTrue(page.value(MeterNames.BATCH_RUN_SECONDS + "_sum", sums) > 0);
    }

    @Test
    void makesNoMeterForNamesThatClientsMakeUp() {
        for (int i = 0; i < 20; i++) {
            gateway.infer("made-up-" + i, "{}");
        }
        assertFalse(gateway.metrics().text().contains("made-up"));
        assertEquals(20, gateway.metrics().value(MeterNames.REQUESTS, "outcome=\"unknown_model\""));
    }

    @Test
    void showsTheJvmAndVertx() {
        MetricsPage page = gateway.metrics();
        for (String name : List.of("jvm_memory_used_bytes", "jvm_threads_live_threads", "jvm_classes_loaded_classes")) {
            assertTrue(page.has(name), name);
        }
        assertTrue(page.samples().anyMatch(sample -> sample.startsWith("vertx_")), page.text());
        assertTrue(page.samples().noneMatch(sample -> sample.startsWith("vertx_http_server_")), page.text());
        assertTrue(page.samples().noneMatch(sample -> sample.startsWith("vertx_eventbus_")), page.text());
    }

    @Test
    void isNotThereWhenSwitchedOff() {
        try (RunningGateway silent = RunningGateway.start(Places.TEST_MODELS, "metrics.enabled=false")) {
            assertEquals(200, silent.infer("sums", Requests.sums(1, 2)).status());
            silent.get("/metrics").error(404);
        }
    }
}

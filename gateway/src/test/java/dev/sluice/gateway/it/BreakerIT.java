package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model whose engine calls never come back is left alone, and taken up again when they do. */
class BreakerIT {

    /** Days of work. */
    private static final int ENDLESS = Integer.MAX_VALUE;

    private static final String SLOW = "model=\"slow\"";
    private static final String FOR_GOOD = "worker.breaker.open_for=1h";

    @TempDir
    Path folder;

    private RunningGateway start(Repository models, String openFor) {
        return RunningGateway.start(
                models.root(),
                "worker.instances=1",
                "worker.give_up_after=50ms",
                "worker.breaker.window=2",
                "worker.breaker.min_batches=2",
                "worker.breaker.probes=1",
                openFor);
    }

    private Repository models() {
        return new Repository(folder).with("slow");
    }

    private static void failUntilOpen(RunningGateway gateway) {
        Waiting.until("the circuit is open", () -> {
            Answer late = gateway.infer("slow", Requests.slow(ENDLESS, 7, "\"timeout\":20000"));
            assertTrue(List.of(500, 503, 504).contains(late.status()) || late.header("sluice-fallback") != null);
            return gateway.metrics().value("sluice_circuit_changes_total", SLOW, "state=\"open\"") > 0
                    && circuit(gateway).equals("open");
        });
    }

    private static String circuit(RunningGateway gateway) {
        return gateway.get("/v2/models").json().getJsonArray("models").stream()
                .map(JsonObject.class::cast)
                .filter(model -> model.getString("name").equals("slow"))
                .map(model -> model.getString("circuit"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void requestsAreRefusedAndToldWhenToComeBack() {
        try (RunningGateway gateway = start(models(), FOR_GOOD)) {
            assertEquals("closed", circuit(gateway));
            assertEquals(200, gateway.get("/v2/models/slow/ready").status());
            failUntilOpen(gateway);
            Answer refused = gateway.infer("slow", Requests.slow(1, 8));
            assertEquals(
                    "the circuit of model slow/1 is open: its batches fail, or take far too long", refused.error(503));
            int seconds = Integer.parseInt(String.valueOf(refused.header("retry-after")));
            assertTrue(seconds > 3000 && seconds <= 4500, seconds + " s");
            assertEquals(503, gateway.get("/v2/models/slow/ready").status());
            assertEquals(200, gateway.get("/v2/health/ready").status(), "other models, and other servers, are fine");
            assertTrue(gateway.metrics().value("sluice_requests_total", SLOW, "outcome=\"circuit_open\"") >= 1);
            assertEquals(1, gateway.metrics().value("sluice_circuit_state", SLOW, "state=\"open\""));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void oneThatWorksAgainIsTakenUp() {
        try (RunningGateway gateway = start(models(), "worker.breaker.open_for=20ms")) {
            Waiting.until("the circuit has been open", () -> {
                gateway.infer("slow", Requests.slow(ENDLESS, 7, "\"timeout\":20000"));
                return gateway.metrics().value("sluice_circuit_changes_total", SLOW, "state=\"open\"") > 0;
            });
            Waiting.until("an answer", () -> {
                Answer answer = gateway.infer("slow", Requests.slow(1, 8));
                return answer.status() == 200 && answer.data().getFloat(0) == 8;
            });
            Waiting.until("the circuit is closed", () -> circuit(gateway).equals("closed"));
            MetricsPage metrics = gateway.metrics();
            assertTrue(metrics.value("sluice_circuit_changes_total", SLOW, "state=\"half_open\"") >= 1);
            assertTrue(metrics.value("sluice_batches_total", SLOW, "reason=\"probe\"") >= 1);
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void anotherModelStandsInAndIsNamed() {
        Repository models = models().config("slow", "fallback: spare")
                .with("spare", "3", Places.TEST_MODELS.resolve("slow/1/model.onnx"))
                .config("spare", "breaker: off"); // for it gets endless calls as well, as soon as it stands in
        try (RunningGateway gateway = start(models, FOR_GOOD)) {
            assertNull(gateway.infer("slow", Requests.slow(1, 8)).header("sluice-fallback"));
            failUntilOpen(gateway);
            Answer answer = gateway.infer("slow", Requests.slow(1, 8));
            assertEquals(8, answer.data().getFloat(0));
            assertEquals("spare/3", answer.header("sluice-fallback"));
            assertEquals("spare", answer.json().getString("model_name"));
            assertEquals("3", answer.json().getString("model_version"));
            assertEquals(200, gateway.get("/v2/models/slow/ready").status());
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void oneThatTakesSomethingElseDoesNot() {
        Repository models = models().config("slow", "fallback: sums").with("sums");
        try (RunningGateway gateway = start(models, FOR_GOOD)) {
            failUntilOpen(gateway);
            Answer refused = gateway.infer("slow", Requests.slow(1, 8));
            assertNotNull(refused.error(503));
            assertNull(refused.header("sluice-fallback"));
        }
    }

    @Test
    void aModelMayDoWithout() {
        Repository models = models().config("slow", "breaker: off");
        try (RunningGateway gateway = start(models, FOR_GOOD)) {
            for (int i = 0; i < 4; i++) {
                gateway.infer("slow", Requests.slow(ENDLESS, 7, "\"timeout\":20000"));
            }
            assertEquals(8, gateway.infer("slow", Requests.slow(1, 8)).data().getFloat(0));
        }
    }
}

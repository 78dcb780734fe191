package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate that passes for one that works and then fails, or hangs, does bounded harm and is sent away. */
class CanaryFaultIT {

    private static final Path CANDIDATES = Places.TEST_MODELS.resolveSibling("candidates");
    private static final int MIN_REQUESTS = 20;

    @TempDir
    private Path root;

    private RunningGateway start(String candidate) {
        return start(candidate, "breaker: off");
    }

    private RunningGateway start(String candidate, String breaker) {
        String traffic = "traffic: {candidate: newest, weight: 50, guard: {min_requests: " + MIN_REQUESTS + "}}";
        return start(candidate, traffic + "\n" + breaker, List.of());
    }

    private RunningGateway start(String candidate, String config, List<String> settings) {
        new Repository(root)
                .with("echo")
                .with("echo", "2", CANDIDATES.resolve(candidate + "/model.onnx"))
                .config("echo", config);
        List<String> all = new ArrayList<>(List.of(
                "admin.port=-1",
                "worker.instances=1",
                "worker.warm_up_budget=0s",
                "worker.give_up_after=100ms",
                "worker.breaker.open_for=10m",
                "worker.breaker.max_open_for=10m"));
        all.addAll(settings); // the later word counts
        return RunningGateway.start(root, all.toArray(String[]::new));
    }

    private static JsonObject model(RunningGateway gateway) {
        return gateway.admin("GET", "/admin/v1/models/echo", "").json();
    }

    /** The newest comes first. */
    private static String circuitOfCandidate(RunningGateway gateway) {
        return model(gateway).getJsonArray("versions").getJsonObject(0).getString("circuit");
    }

    private static void theStableVersionAnswers(RunningGateway gateway) {
        Answer answer = gateway.infer("echo", Requests.echo(3));
        assertEquals(200, answer.status(), answer.body());
        assertEquals("1", answer.json().getString("model_version"));
    }

    /** Its circuit would open only long after the guard has seen enough. */
    @Test
    void itIsSentAwayBeforeItsCircuitOpens() {
        String traffic = "traffic: {candidate: newest, weight: 50, guard: {min_requests: 10}}";
        List<String> late = List.of("worker.breaker.window=10000", "worker.breaker.min_batches=10000");
        try (RunningGateway gateway = start("failing", traffic, late)) {
            Waiting.until("it is sent away", () -> {
                assertEquals("closed", circuitOfCandidate(gateway));
                theStableVersionAnswers(gateway);
                return !rejected(gateway).isEmpty();
            });
            assertTrue(rejected(gateway).getString("2").contains("failed"));
            gateway.awaitNothingInFlight();
        }
    }

    /** Nothing is heard of the stable version but what it takes over, and that is enough. */
    @Test
    void itIsSentAwayThoughItsCircuitOpensWhenItHasAllOfTheTraffic() {
        String traffic = "traffic: {candidate: newest, weight: 100, guard: {min_requests: " + MIN_REQUESTS + "}}";
        List<String> soon = List.of("worker.breaker.window=4", "worker.breaker.min_batches=4");
        try (RunningGateway gateway = start("failing", traffic, soon)) {
            Waiting.until("its circuit opens", () -> {
                theStableVersionAnswers(gateway);
                return circuitOfCandidate(gateway).equals("open");
            });
            assertEquals(new JsonObject(), rejected(gateway), "so few requests decide nothing");
            Waiting.until("it is sent away", () -> {
                theStableVersionAnswers(gateway);
                return !rejected(gateway).isEmpty();
            });
            theStableVersionAnswers(gateway);
            gateway.awaitNothingInFlight();
        }
    }

    /** The trial goes on, for its guard looks at nothing, and each probe that fails is answered by the stable version. */
    @Test
    void whatTriesAnOpenCircuitIsAnsweredByTheStableVersion() {
        String traffic = "traffic: {candidate: newest, weight: 100, guard: {min_requests: 10, errors: 0, latency: 0}}";
        List<String> often = List.of(
                "worker.breaker.window=4",
                "worker.breaker.min_batches=4",
                "worker.breaker.open_for=20ms",
                "worker.breaker.max_open_for=20ms");
        try (RunningGateway gateway = start("failing", traffic, often)) {
            Waiting.until("its circuit opens", () -> {
                theStableVersionAnswers(gateway);
                return circuitOfCandidate(gateway).equals("open");
            });
            double failures = failures(gateway);
            Waiting.until("it has been tried again and again", () -> {
                theStableVersionAnswers(gateway);
                return failures(gateway) >= failures + 5;
            });
            assertEquals(2, model(gateway).getJsonObject("traffic").getInteger("candidate"));
            gateway.awaitNothingInFlight();
        }
    }

    private static double failures(RunningGateway gateway) {
        return gateway.metrics().value("sluice_batch_failures_total", "version=\"2\"");
    }

    private static JsonObject rejected(RunningGateway gateway) {
        return gateway.admin("GET", "/admin/v1/models/echo", "")
                .json()
                .getJsonObject("traffic")
                .getJsonObject("rejected");
    }

    @Test
    void whatItFailsTheStableVersionAnswers() {
        try (RunningGateway gateway = start("failing")) {
            Waiting.until("it is sent away", () -> {
                Answer answer = gateway.infer("echo", Requests.echo(3));
                assertEquals(3, answer.data().getFloat(0), "nobody hears of it");
                assertEquals("1", answer.json().getString("model_version"));
                return !rejected(gateway).isEmpty();
            });
            assertTrue(
                    rejected(gateway).getString("2").contains("failed"),
                    rejected(gateway).encode());
            assertTrue(gateway.metrics().value("sluice_rescued_requests_total", "model=\"echo\"") >= MIN_REQUESTS);
            Waiting.until(
                    "that is counted",
                    () -> gateway.metrics().value("sluice_trial_decisions_total", "decision=\"reject\"") == 1);
            gateway.awaitNothingInFlight();
        }
    }

    /** Its circuit opens long before so many requests have failed; those that it is spared then count against it. */
    @Test
    void itIsSentAwayThoughItsCircuitOpens() {
        try (RunningGateway gateway = start("failing", "breaker: auto")) {
            Waiting.until("it is sent away", () -> {
                assertEquals("1", gateway.infer("echo", Requests.echo(3)).json().getString("model_version"));
                return !rejected(gateway).isEmpty();
            });
            gateway.awaitNothingInFlight();
        }
    }

    /** Time that has passed cannot be given back, so some hear that; not many. */
    @Test
    void oneThatHangsIsSentAway() {
        try (RunningGateway gateway = start("endless")) {
            String body = Requests.withMember("\"parameters\":{\"timeout\":20000}", Requests.echo(3));
            int[] late = new int[1];
            Waiting.until("it is sent away", () -> {
                Answer answer = gateway.infer("echo", body);
                assertTrue(List.of(200, 504).contains(answer.status()), answer.body());
                late[0] += answer.status() == 504 ? 1 : 0;
                return !rejected(gateway).isEmpty();
            });
            assertTrue(late[0] > 0, "it has been asked");
            Waiting.until(
                    "it has left",
                    () -> gateway.get("/v2/models").body().contains("\"version\":\"2\",\"state\":\"unloaded\""));
            for (int i = 0; i < 20; i++) {
                assertEquals(3, gateway.infer("echo", Requests.echo(3)).data().getFloat(0));
            }
            gateway.awaitNothingInFlight();
        }
    }
}

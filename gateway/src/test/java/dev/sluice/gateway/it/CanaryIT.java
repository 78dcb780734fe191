package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new version is tried on a part of the traffic, by whatever protocol that comes, and clients never pay for it. */
class CanaryIT {

    private static final Path CANDIDATES = Places.TEST_MODELS.resolveSibling("candidates");
    private static final String ECHO = "/admin/v1/models/echo";
    private static final String NEWEST = "traffic: {candidate: newest, weight: %s}";

    @TempDir
    private Path root;

    private Repository first(String config) {
        return new Repository(root).with("echo").config("echo", config);
    }

    private static void copy(Path root, int version, String candidate) {
        new Repository(root).with("echo", Integer.toString(version), CANDIDATES.resolve(candidate + "/model.onnx"));
    }

    private RunningGateway start(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "admin.port=-1",
                "worker.control.poll=100ms",
                "worker.control.settle=0s",
                "worker.instances=1",
                "worker.warm_up_budget=0s"));
        Collections.addAll(all, settings);
        return RunningGateway.start(root, all.toArray(String[]::new));
    }

    private static JsonObject traffic(RunningGateway gateway) {
        JsonObject shown = gateway.admin("GET", ECHO, "").json().getJsonObject("traffic");
        return shown == null ? new JsonObject() : shown;
    }

    private static void awaitTrial(RunningGateway gateway, int candidate) {
        Waiting.until(
                "a trial of " + candidate,
                () -> traffic(gateway).getInteger("candidate", 0) == candidate
                        && traffic(gateway).getJsonObject("trial") != null);
    }

    /** Which version answered, which is told by its answer as well. */
    private static String version(Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        String version = answer.json().getString("model_version");
        assertEquals(version.equals("1") ? 3 : -3, answer.data().getFloat(0));
        return version;
    }

    private static String ask(RunningGateway gateway, String path, String... headers) {
        return version(gateway.post("/v2/models/" + path + "/infer", Requests.echo(3), headers));
    }

    /** How many there are of that name before anything has been counted. */
    private static long counters(MetricsPage metrics, String name) {
        assertEquals(0, metrics.value(name));
        return metrics.samples().filter(sample -> sample.startsWith(name)).count();
    }

    private static String key(int user) {
        return "user-" + user;
    }

    @Test
    void aCopiedVersionIsTriedAndDoesNotTakeOver() {
        first(NEWEST.formatted(0));
        try (RunningGateway gateway = start()) {
            copy(root, 2, "minus");
            awaitTrial(gateway, 2);
            assertEquals("1", ask(gateway, "echo"));
            assertEquals("2", ask(gateway, "echo/versions/2"), "who names it gets it");
            Answer changed = gateway.admin("PUT", ECHO + "/traffic", "{\"candidate\":\"newest\",\"weight\":100}");
            assertEquals(200, changed.status(), changed.body());
            assertEquals("2", ask(gateway, "echo"));
            assertEquals(
                    100, gateway.metrics().value("sluice_candidate_weight_percent", "model=\"echo\"", "version=\"2\""));
            MetricsPage metrics = gateway.metrics();
            assertEquals(2, counters(metrics, "sluice_trial_decisions_total"));
            assertEquals(4, counters(metrics, "sluice_shadow_copies_total"));
            assertEquals(1, counters(metrics, "sluice_rescued_requests_total"));
            String table =
                    gateway.admin("GET", ECHO, "", "accept", "text/plain").body();
            assertTrue(table.contains("candidate 100 %") && table.contains("stable"), table);
            assertEquals(200, gateway.admin("DELETE", ECHO + "/traffic", "").status());
            assertEquals("1", ask(gateway, "echo"));
        }
    }

    @Test
    void oneKeyGoesOneWayByWhateverItComes() {
        first("traffic: {candidate: newest, weight: 50, key_header: X-User}");
        copy(root, 2, "minus");
        try (RunningGateway gateway = start();
                StreamClient stream = new StreamClient(gateway, "/v2/models/echo/stream");
                GrpcCaller grpc = new GrpcCaller(gateway.port())) {
            awaitTrial(gateway, 2);
            Set<String> seen = new HashSet<>();
            for (int user = 0; user < 40; user++) {
                String parameter = "\"parameters\":{\"routing_key\":\"" + key(user) + "\"}";
                String body = Requests.withMember(parameter, Requests.echo(3));
                String byHeader = ask(gateway, "echo", "X-User", key(user));
                assertEquals(byHeader, version(gateway.infer("echo", body)), "by its body");
                assertEquals(byHeader, version(gateway.infer("echo", body)), "again");
                assertEquals(byHeader, stream.send(body).text().getString("model_version"), "by a stream");
                ModelInferRequest message = GrpcRequests.echo(3);
                assertEquals(byHeader, grpcVersion(grpc.infer(message, "x-user", key(user))), "by metadata");
                ModelInferRequest keyed = message.toBuilder()
                        .putParameters(
                                "routing_key",
                                InferParameter.newBuilder()
                                        .setStringParam(key(user))
                                        .build())
                        .build();
                assertEquals(byHeader, grpcVersion(grpc.infer(keyed)), "by its message");
                seen.add(byHeader);
            }
            assertEquals(Set.of("1", "2"), seen);
            assertTrue(
                    gateway.infer("echo", Requests.withMember("\"parameters\":{\"routing_key\":7}", Requests.echo(3)))
                            .error(400)
                            .contains("routing_key"));
        }
    }

    private static String grpcVersion(GrpcCaller.Reply reply) {
        return reply.as(ModelInferResponse.parser()).getModelVersion();
    }

    @Test
    void withoutAKeyBothAnswer() {
        first(NEWEST.formatted(50));
        copy(root, 2, "minus");
        try (RunningGateway gateway = start()) {
            awaitTrial(gateway, 2);
            Set<String> seen = new HashSet<>();
            Waiting.until("both have answered", () -> {
                seen.add(ask(gateway, "echo"));
                return seen.size() == 2;
            });
        }
    }

    @Test
    void operatorsPromoteAndRollBack() {
        first(NEWEST.formatted(0));
        try (RunningGateway gateway = start()) {
            gateway.admin("POST", ECHO + "/promote", "").error(400);
            copy(root, 2, "minus");
            awaitTrial(gateway, 2);
            assertEquals(200, gateway.admin("POST", ECHO + "/promote", "").status());
            assertEquals("2", ask(gateway, "echo"));
            assertEquals(2, traffic(gateway).getInteger("stable"));
            new Repository(root).with("echo", "3", Places.TEST_MODELS.resolve("echo/1/model.onnx"));
            awaitTrial(gateway, 3);
            assertEquals("2", ask(gateway, "echo"));
            Answer back = gateway.admin("POST", ECHO + "/rollback", "");
            assertEquals(200, back.status(), back.body());
            assertFalse(traffic(gateway).containsKey("candidate"));
            assertEquals(Set.of("3"), traffic(gateway).getJsonObject("rejected").fieldNames());
            assertEquals("2", ask(gateway, "echo"));
            gateway.admin("PUT", ECHO + "/traffic", "{\"candidate\":\"newest\",\"wait\":1}")
                    .error(400);
            gateway.admin("PUT", ECHO + "/traffic", "candidate: newest").error(400);
            gateway.admin("PUT", ECHO + "/traffic", "{\"candidate\":\"" + "x".repeat(5000) + "\"}")
                    .error(400);
        }
    }

    @Test
    void aBrokenCandidateIsShownAndTheStableVersionServes() throws IOException {
        first(NEWEST.formatted(100));
        try (RunningGateway gateway = start()) {
            new Repository(root).broken("echo", "2", "no model");
            Waiting.until(
                    "it has failed", () -> gateway.get("/v2/models").body().contains("\"state\":\"failed\""));
            assertEquals("1", ask(gateway, "echo"));
            Files.delete(root.resolve("echo/2/model.onnx"));
            copy(root, 3, "minus");
            awaitTrial(gateway, 3);
            assertEquals("3", gateway.infer("echo", Requests.echo(3)).json().getString("model_version"));
        }
    }

    /** Its inputs have other names, so nobody's request could be read by it. */
    @Test
    void aCandidateThatTakesSomethingElseIsSentAway() {
        first(NEWEST.formatted(100));
        try (RunningGateway gateway = start()) {
            new Repository(root).with("echo", "2", Places.TEST_MODELS.resolve("pick/1/model.onnx"));
            Waiting.until(
                    "it is sent away",
                    () -> traffic(gateway)
                            .getJsonObject("rejected", new JsonObject())
                            .containsKey("2"));
            assertEquals("1", ask(gateway, "echo"));
            Waiting.until(
                    "that is counted",
                    () -> gateway.metrics().value("sluice_trial_decisions_total", "decision=\"reject\"") == 1);
        }
    }

    @Test
    void oneThatAnswersSomethingElseIsSentAwayWhereThatIsLookedAt() {
        first(
                "traffic: {candidate: newest, weight: 50, guard: {errors: 0, latency: 0, min_requests: 20, drift: 0.25}}");
        copy(root, 2, "minus");
        try (RunningGateway gateway = start("worker.drift.report_every=20ms", "worker.drift.window=10s")) {
            Waiting.until("it is sent away", () -> {
                ask(gateway, "echo");
                return traffic(gateway)
                        .getJsonObject("rejected", new JsonObject())
                        .containsKey("2");
            });
            String reason = traffic(gateway).getJsonObject("rejected").getString("2");
            assertTrue(reason.contains("stability index"), reason);
        }
    }

    @Test
    void oneThatHoldsTakesOverByItself(@TempDir Path logs) throws IOException {
        first("traffic: {candidate: newest, weight: 50, guard: {window: 1s, min_requests: 10, latency: 0,"
                + " promote_after: 1s}}");
        Path audit = logs.resolve("audit");
        try (RunningGateway gateway = start("admin.audit_log=" + audit)) {
            copy(root, 2, "minus");
            Waiting.until("version 2 is stable", () -> {
                ask(gateway, "echo");
                return traffic(gateway).getInteger("stable", 0) == 2;
            });
            IntStream.range(0, 20).forEach(i -> assertEquals("2", ask(gateway, "echo")));
            Waiting.until(
                    "it is counted",
                    () -> gateway.metrics().value("sluice_trial_decisions_total", "decision=\"promote\"") == 1);
            String line = Files.readString(audit);
            assertTrue(line.contains("\"api\":\"guard\"") && line.contains("\"change\":\"promote\""), line);
        }
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that nobody asks fall asleep, and whoever asks them then waits for them and is answered. */
class SleepIT {

    private static final Path SUMS = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final Path ECHO = Places.TEST_MODELS.resolve("echo/1/model.onnx");

    /** Each model is reckoned at a mebibyte and its file, which is small: so there is room for one. */
    private static final String ROOM_FOR_ONE = "worker.control.memory_budget=1536KiB";

    @TempDir
    private Path root;

    private RunningGateway start(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "admin.port=-1", "worker.warm_up_budget=0s", "worker.control.poll=100ms", "worker.control.settle=0s"));
        all.addAll(List.of(settings));
        return RunningGateway.start(root, all.toArray(String[]::new));
    }

    private static JsonObject version(RunningGateway gateway, String model) {
        JsonArray versions =
                gateway.admin("GET", "/admin/v1/models/" + model, "").json().getJsonArray("versions");
        return versions.getJsonObject(0);
    }

    private static String state(RunningGateway gateway, String model) {
        return version(gateway, model).getString("state");
    }

    private static void awaitAsleep(RunningGateway gateway, String model) {
        Waiting.until(model + " is asleep", () -> state(gateway, model).equals("asleep"));
    }

    @Test
    void whatWakesAVersionIsNotGivenAgain() {
        new Repository(root).with("sums", "1", SUMS).config("sums", "cache:\n  ttl: 1h\n");
        try (RunningGateway gateway = start("worker.control.idle_after=100ms")) {
            for (int i = 0; i < 2; i++) {
                awaitAsleep(gateway, "sums");
                Answer answer = gateway.infer("sums", Requests.sums(1, 2));
                assertEquals(200, answer.status(), answer.body());
                assertNull(answer.header("sluice-cache"), "its files may have been replaced since");
            }
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void whoIsIdleFallsAsleepAndIsWokenByTheNextRequest() {
        new Repository(root).with("sums", "1", SUMS).with("echo", "1", ECHO).config("echo", "pinned: true\n");
        try (RunningGateway gateway = start("worker.control.idle_after=100ms")) {
            awaitAsleep(gateway, "sums");
            assertEquals("ready", state(gateway, "echo"));
            assertTrue(version(gateway, "sums").getString("reason").startsWith("asleep: nobody has asked it"));
            assertEquals(200, gateway.get("/v2/models/sums/ready").status());
            assertEquals(200, gateway.get("/v2/health/ready").status());
            assertEquals(
                    2,
                    gateway.get("/v2/models/sums").json().getJsonArray("inputs").size());
            assertTrue(gateway.post("/v2/repository/index", "").body().contains("asleep: nobody"));

            Answer answer = gateway.infer("sums", Requests.sums(1, 2));
            assertEquals(200, answer.status(), answer.body());
            MetricsPage page = gateway.metrics();
            assertEquals(1, page.value("sluice_model_wake_seconds_count", "model=\"sums\""));
            assertTrue(page.value("sluice_model_sleeps_total", "model=\"sums\"", "reason=\"idle\"") >= 1);
            assertEquals(0, page.value("sluice_model_sleeps_total", "model=\"echo\"", "reason=\"idle\""));
            awaitAsleep(gateway, "sums");
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void manyWhoAskAtOnceWakeItOnce() {
        new Repository(root).with("sums", "1", SUMS).with("echo", "1", ECHO);
        try (RunningGateway gateway = start(ROOM_FOR_ONE)) { // so it stays awake, since nobody asks the other
            assertEquals(200, gateway.infer("echo", Requests.echo(1.5f)).status());
            awaitAsleep(gateway, "sums");
            double before = gateway.metrics().value("sluice_model_wake_seconds_count", "model=\"sums\"");
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                answers.add(gateway.inferLater("sums", Requests.sums(i, 1)));
            }
            for (int i = 0; i < answers.size(); i++) {
                Answer answer = Waiting.await(answers.get(i));
                assertEquals(200, answer.status(), answer.body());
                assertEquals(
                        i + 1,
                        answer.json()
                                .getJsonArray("outputs")
                                .getJsonObject(0)
                                .getJsonArray("data")
                                .getInteger(0));
            }
            assertEquals(before + 1, gateway.metrics().value("sluice_model_wake_seconds_count", "model=\"sums\""));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void isTheSameOverGrpc() {
        new Repository(root).with("sums", "1", SUMS);
        try (RunningGateway gateway = start("worker.control.idle_after=100ms");
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            awaitAsleep(gateway, "sums");
            ModelInferResponse answer = caller.call(GrpcCaller.INFERENCE, "ModelInfer", GrpcRequests.sums(1, 2))
                    .as(ModelInferResponse.parser());
            assertEquals(3, GrpcRequests.int32(answer.getRawOutputContents(0)));
            assertEquals(1, gateway.metrics().value("sluice_model_wake_seconds_count", "model=\"sums\""));
        }
    }

    @Test
    void whoStandsInForAnotherStaysAwake() {
        new Repository(root).with("sums", "1", SUMS).with("spare", "1", SUMS).config("sums", "fallback: spare\n");
        try (RunningGateway gateway = start("worker.control.idle_after=100ms")) {
            awaitAsleep(gateway, "sums");
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            awaitAsleep(gateway, "sums");
            assertEquals("ready", state(gateway, "spare"));
            assertEquals(0, gateway.metrics().value("sluice_model_sleeps_total", "model=\"spare\"", "reason=\"idle\""));
        }
    }

    @Test
    void whatIsOnTrialStaysAwakeAndSoDoesWhatItIsComparedWith() {
        String trial = "traffic:\n  candidate: newest\n  weight: 10\n";
        new Repository(root).with("echo", "1", ECHO).with("echo", "2", ECHO).config("echo", trial);
        new Repository(root).with("sums", "1", SUMS);
        try (RunningGateway gateway = start("worker.control.idle_after=100ms")) {
            awaitAsleep(gateway, "sums");
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            awaitAsleep(gateway, "sums");
            MetricsPage page = gateway.metrics();
            assertEquals(
                    0, page.value("sluice_model_sleeps_total", "model=\"echo\"", "version=\"1\"", "reason=\"idle\""));
            assertEquals(
                    0, page.value("sluice_model_sleeps_total", "model=\"echo\"", "version=\"2\"", "reason=\"idle\""));
        }
    }

    @Test
    void aNewVersionTakesThePlaceOfOneThatIsAsleep() {
        new Repository(root).with("echo", "1", ECHO);
        try (RunningGateway gateway = start("worker.control.idle_after=100ms")) {
            awaitAsleep(gateway, "echo");
            new Repository(root).with("echo", "2", ECHO);
            Waiting.until("version 2 answers", () -> {
                Answer answer = gateway.infer("echo", Requests.echo(1.5f));
                assertEquals(200, answer.status(), answer.body());
                return answer.json().getString("model_version").equals("2");
            });
            Waiting.until(
                    "version 1 has gone",
                    () -> gateway.admin("GET", "/admin/v1/models/echo", "")
                            .body()
                            .contains("{\"version\":1,\"state\":\"unloaded\""));
        }
    }

    @Test
    void modelsThatDoNotFitTogetherTakeTurns() {
        new Repository(root).with("sums", "1", SUMS).with("echo", "1", ECHO);
        try (RunningGateway gateway = start(ROOM_FOR_ONE)) {
            Waiting.until(
                    "one is asleep",
                    () -> state(gateway, "sums").equals("asleep")
                            != state(gateway, "echo").equals("asleep"));
            for (int i = 0; i < 2; i++) {
                assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
                awaitAsleep(gateway, "echo");
                assertEquals(200, gateway.infer("echo", Requests.echo(1.5f)).status());
                awaitAsleep(gateway, "sums");
            }
            assertTrue(
                    gateway.metrics().value("sluice_model_sleeps_total", "model=\"sums\"", "reason=\"budget\"") >= 1);
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void whoWaitsForRoomWaitsNoLongerThanItMay() {
        new Repository(root).with("sums", "1", SUMS).with("echo", "1", ECHO);
        try (RunningGateway gateway = start(ROOM_FOR_ONE)) {
            String hasty = Requests.withMember("\"parameters\":{\"timeout\":50000}", Requests.echo(1.5f));
            Waiting.until(
                    "echo is asked while sums may stay",
                    () -> { // for a second after it was ready
                        assertEquals(
                                200, gateway.infer("sums", Requests.sums(1, 2)).status());
                        Answer answer = gateway.infer("echo", hasty);
                        return answer.status() != 200 && answer.error(504).contains("waking");
                    });
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void aModelThatIsLargerThanTheBudgetIsNotServed() {
        new Repository(root).with("sums", "1", SUMS);
        try (RunningGateway gateway = start("worker.control.memory_budget=1MiB")) {
            String error = gateway.infer("sums", Requests.sums(1, 2)).error(503);
            assertTrue(error.contains("worker.control.memory_budget is 1048576"), error);
            assertEquals("failed", state(gateway, "sums"));
        }
    }

    @Test
    void whatCannotBeLoadedAgainIsSaidAndNotTriedAtEachRequest() throws IOException {
        new Repository(root).with("sums", "1", SUMS);
        try (RunningGateway gateway = start("worker.control.idle_after=100ms", "worker.control.mode=static")) {
            awaitAsleep(gateway, "sums");
            Path file = root.resolve("sums/1/model.onnx");
            Files.delete(file);
            Answer refused = gateway.infer("sums", Requests.sums(1, 2));
            assertTrue(refused.error(503).contains("cannot be loaded again"), refused.body());
            assertNotNull(refused.header("retry-after"));
            assertEquals(1, gateway.metrics().value("sluice_model_failed_wakes_total", "model=\"sums\""));
            gateway.infer("sums", Requests.sums(1, 2)).error(503);
            assertEquals("asleep", state(gateway, "sums"));

            Files.createSymbolicLink(file, SUMS);
            Waiting.until(
                    "it is tried again",
                    () -> gateway.infer("sums", Requests.sums(1, 2)).status() == 200);
            gateway.awaitNothingInFlight();
        }
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A version on trial gets copies of requests: clients hear nothing of it, whatever it makes of them. */
class ShadowIT {

    private static final Path ECHO = Places.TEST_MODELS.resolve("echo/1/model.onnx");
    private static final Path CANDIDATES = Places.TEST_MODELS.resolveSibling("candidates");
    private static final String COPIES = "sluice_shadow_copies_total";

    @TempDir
    private Path root;

    private RunningGateway start(Path candidate, String shadow, String guard) {
        new Repository(root)
                .with("echo")
                .with("echo", "2", candidate)
                .config(
                        "echo",
                        "traffic: {candidate: newest, weight: 0, shadow: {share: 100%s}, guard: {%s}}\nbreaker: off"
                                .formatted(shadow, guard));
        return RunningGateway.start(
                root,
                "admin.port=-1",
                "worker.instances=1",
                "worker.warm_up_budget=0s",
                "worker.give_up_after=100ms",
                "admission.request_timeout=2s");
    }

    private static void ask(RunningGateway gateway, float value) {
        Answer answer = gateway.infer("echo", Requests.echo(value, 1));
        assertEquals(value, answer.data().getFloat(0));
        assertEquals("1", answer.json().getString("model_version"));
    }

    private static void askUntil(RunningGateway gateway, String result, int copies) {
        Waiting.until(copies + " " + result, () -> {
            ask(gateway, 7);
            return gateway.metrics().value(COPIES, "result=\"" + result + "\"") >= copies;
        });
    }

    private static JsonObject traffic(RunningGateway gateway) {
        return gateway.admin("GET", "/admin/v1/models/echo", "").json().getJsonObject("traffic");
    }

    @Test
    void answersThatAreTheSameAgree() {
        try (RunningGateway gateway = start(ECHO, "", "")) {
            askUntil(gateway, "agreed", 5);
            assertEquals(0, gateway.metrics().value(COPIES, "result=\"differed\""));
            assertTrue(traffic(gateway).getJsonObject("trial").getInteger("compared") >= 5);
            assertEquals(
                    0, gateway.metrics().value("sluice_requests_total", "version=\"2\""), "a copy is nobody's request");
            gateway.awaitNothingInFlight();
        }
    }

    /** Too large to be compared on the front loop. */
    @Test
    void largeAnswersAreComparedLikeSmallOnes() {
        float[] row = new float[10_000];
        try (RunningGateway gateway = start(ECHO, "", "")) {
            Waiting.until("some have agreed", () -> {
                gateway.infer("echo", Requests.echo(row)).data();
                return gateway.metrics().value(COPIES, "result=\"agreed\"") >= 2;
            });
            gateway.awaitNothingInFlight();
            assertEquals(0, gateway.metrics().value(COPIES, "result=\"differed\""));
        }
    }

    @Test
    void whoseAnswersDifferIsSentAwayWhereThatIsLookedAt() {
        try (RunningGateway gateway =
                start(CANDIDATES.resolve("minus/model.onnx"), "", "min_requests: 10, disagreement: 20")) {
            askUntil(gateway, "differed", 10);
            Waiting.until("it is sent away", () -> {
                ask(gateway, 7);
                return traffic(gateway).getJsonObject("rejected").containsKey("2");
            });
            assertTrue(traffic(gateway).getJsonObject("rejected").getString("2").contains("differed"));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void whatTheCandidateCannotRunIsItsOwnTrouble() {
        try (RunningGateway gateway = start(CANDIDATES.resolve("failing/model.onnx"), "", "")) {
            askUntil(gateway, "failed", 3);
            gateway.awaitNothingInFlight();
        }
    }

    /** It hangs with the few copies that it may have, which it fails, so the others are dropped, and nobody waits. */
    @Test
    void copiesAreDroppedWhenTheCandidateHasEnough() {
        try (RunningGateway gateway = start(CANDIDATES.resolve("endless/model.onnx"), ", max_in_flight: 2", "")) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(gateway.inferLater("echo", Requests.echo(3)));
            }
            for (CompletableFuture<Answer> answer : answers) {
                assertEquals(3, Waiting.await(answer).data().getFloat(0));
            }
            Waiting.until(
                    "every copy has come to its end, and its memory back",
                    () -> gateway.metrics().value(COPIES, "result=\"dropped\"")
                                    + gateway.metrics().value(COPIES, "result=\"failed\"")
                            == answers.size());
            assertTrue(gateway.metrics().value(COPIES, "result=\"failed\"") > 0, "those that hang count against it");
            gateway.awaitNothingInFlight();
        }
    }
}

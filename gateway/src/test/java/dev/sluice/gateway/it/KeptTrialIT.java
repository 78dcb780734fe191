package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has come of trials, after the server has ended in whatever way: who was sent away is not back. */
class KeptTrialIT {

    private static final Path CANDIDATES = Places.TEST_MODELS.resolveSibling("candidates");
    private static final String ECHO = "/admin/v1/models/echo";

    @TempDir
    private Path root;

    private Path models;
    private Path kept;

    @BeforeEach
    void fill() {
        models = root.resolve("models");
        kept = root.resolve("kept");
        new Repository(models).with("echo");
    }

    private void copy(int version, String candidate) {
        new Repository(models).with("echo", Integer.toString(version), CANDIDATES.resolve(candidate + "/model.onnx"));
    }

    private RunningGateway start(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "registry.directory=" + kept,
                "worker.control.poll=100ms",
                "worker.control.settle=0s",
                "worker.instances=1",
                "worker.warm_up_budget=0s"));
        Collections.addAll(all, settings);
        return RunningGateway.start(models, all.toArray(String[]::new));
    }

    private RunningGateway startForOperators() {
        return start("admin.port=-1");
    }

    private static void done(RunningGateway gateway, String method, String path, String body) {
        Answer answer = gateway.admin(method, path, body);
        assertEquals(200, answer.status(), answer.body());
    }

    private static JsonObject traffic(RunningGateway gateway) {
        return gateway.admin("GET", ECHO, "").json().getJsonObject("traffic");
    }

    private static void awaitTrial(RunningGateway gateway, int stable, int candidate) {
        Waiting.until(
                "a trial of " + candidate,
                () -> traffic(gateway).getInteger("candidate", 0) == candidate
                        && traffic(gateway).getJsonObject("trial") != null);
        assertEquals(stable, traffic(gateway).getInteger("stable"));
    }

    @Test
    void aTrialGoesOnAndWhoWasSentAwayIsNotTheOneBeforeTheNewest() {
        try (RunningGateway gateway = startForOperators()) {
            done(gateway, "PUT", ECHO + "/traffic", "{\"candidate\":\"newest\",\"weight\":0}");
            copy(2, "minus");
            awaitTrial(gateway, 1, 2);
        }
        copy(3, "minus");
        try (RunningGateway gateway = startForOperators()) {
            awaitTrial(gateway, 1, 3);
            assertEquals("1", gateway.versionThatAnswers("echo", Requests.echo(3)));
            done(gateway, "POST", ECHO + "/rollback", "");
        }
        try (RunningGateway gateway = startForOperators()) {
            JsonObject traffic = traffic(gateway);
            assertEquals(new JsonObject().put("3", "an operator rolled it back"), traffic.getJsonObject("rejected"));
            assertEquals("1", gateway.versionThatAnswers("echo", Requests.echo(3)));
            copy(4, "minus");
            awaitTrial(gateway, 1, 4);
            done(gateway, "POST", ECHO + "/promote", "");
        }
        try (RunningGateway gateway = startForOperators()) {
            assertEquals("4", gateway.versionThatAnswers("echo", Requests.echo(3)));
            assertEquals(4, traffic(gateway).getInteger("stable"));
            JsonObject told = gateway.admin("GET", ECHO, "").json().getJsonObject("told");
            assertEquals(new JsonObject().put("candidate", "newest").put("weight", 0), told.getJsonObject("traffic"));
            done(gateway, "POST", ECHO + "/reset", "");
        }
        try (RunningGateway gateway = startForOperators()) {
            assertEquals(
                    "4", gateway.versionThatAnswers("echo", Requests.echo(3)), "the newest: nothing is remembered");
            assertEquals(null, traffic(gateway));
        }
    }

    @Test
    void whoWasSentAwayIsSoAfterSigkill() throws IOException {
        new Repository(models).config("echo", "traffic: {candidate: newest, weight: 100}");
        copy(2, "minus");
        int adminPort = RunningNginx.freePort();
        try (SluiceProcess sluice = SluiceProcess.start(
                "--models",
                models.toString(),
                "--port",
                "0",
                "--set",
                "admin.port=" + adminPort,
                "--set",
                "registry.url=file",
                "--set",
                "registry.directory=" + kept)) {
            sluice.awaitReady();
            try (RawConnection operator = new RawConnection(adminPort)) {
                operator.send("POST " + ECHO + "/rollback HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
                assertEquals(200, operator.answer().status());
            }
            sluice.kill();
            sluice.awaitExit();
        }
        try (RunningGateway gateway = startForOperators()) {
            assertEquals("1", gateway.versionThatAnswers("echo", Requests.echo(3)));
            assertTrue(traffic(gateway).getJsonObject("rejected").containsKey("2"));
        }
    }

    /** There is no file before there is something to keep. */
    @Test
    void whatTheGuardDecidesIsKeptWhereThereAreNoOperators() {
        try (RunningGateway gateway = start()) {
            assertEquals("1", gateway.versionThatAnswers("echo", Requests.echo(3)));
        }
        assertTrue(Files.notExists(kept));
        new Repository(models).config("echo", "traffic: {candidate: newest, weight: 50, guard: {min_requests: 10}}");
        copy(2, "failing");
        try (RunningGateway gateway = start()) {
            untilSentAway(gateway);
        }
        try (RunningGateway gateway = startForOperators()) {
            assertTrue(traffic(gateway).getJsonObject("rejected").getString("2").contains("failed"));
            assertEquals("1", gateway.versionThatAnswers("echo", Requests.echo(3)));
        }
    }

    private static void untilSentAway(RunningGateway gateway) {
        Waiting.until("it is sent away", () -> {
            assertEquals("1", gateway.versionThatAnswers("echo", Requests.echo(3)));
            return gateway.get("/v2/models").body().contains("\"version\":\"2\",\"state\":\"unloaded\"");
        });
    }

    /** Clients are safe first, and the registry has it as soon as it can be written. */
    @Test
    void whatTheGuardDecidesIsDoneAlthoughItCannotBeKept() throws IOException {
        new Repository(models).config("echo", "traffic: {candidate: newest, weight: 50, guard: {min_requests: 10}}");
        Path file = kept.resolve("registry.mv.db");
        Path aside = root.resolve("aside");
        try (RunningGateway gateway = startForOperators()) {
            done(gateway, "PUT", ECHO + "/labels/mine", "{\"version\":1}");
            Files.move(file, aside);
            copy(2, "failing");
            untilSentAway(gateway);
            String refused =
                    gateway.admin("POST", ECHO + "/serve", "{\"versions\":[1]}").error(503);
            assertTrue(refused.contains("nothing was changed"), refused);
            Files.move(aside, file);
            done(gateway, "PUT", ECHO + "/labels/mine", "{\"version\":1}");
            Files.move(file, aside);
            Files.copy(aside, file);
            gateway.admin("POST", ECHO + "/serve", "{\"versions\":[1]}").error(503);
            Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
            done(gateway, "PUT", ECHO + "/labels/other", "{\"version\":1}");
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        }
        try (RunningGateway gateway = startForOperators()) {
            assertTrue(traffic(gateway).getJsonObject("rejected").containsKey("2"));
        }
    }

    @Test
    void aVersionIsHeldToTheSignatureOfBeforeTheRestart() throws IOException {
        new Repository(models).config("echo", "same_signature: true");
        try (RunningGateway gateway = startForOperators()) {
            assertEquals("1", gateway.versionThatAnswers("echo", Requests.echo(3)));
        }
        Files.delete(models.resolve("echo/1/model.onnx"));
        Files.delete(models.resolve("echo/1"));
        new Repository(models).with("echo", "2", Places.TEST_MODELS.resolve("sums/1/model.onnx"));
        try (RunningGateway gateway = startForOperators()) {
            String refused = gateway.infer("echo", Requests.echo(3)).error(503);
            assertTrue(refused.contains("version 1, which served before it"), refused);
            done(gateway, "POST", ECHO + "/reset", "");
            done(gateway, "POST", ECHO + "/load", "");
            assertEquals(200, gateway.infer("echo", Requests.sums(1, 2)).status());
        }
    }
}

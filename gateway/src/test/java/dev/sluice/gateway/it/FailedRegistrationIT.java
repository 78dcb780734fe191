package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where nothing is loaded by itself, what operators of other servers register and cannot be served may be tried again. */
class FailedRegistrationIT {

    @TempDir
    private Path folder;

    private RunningGateway start(String profile) throws IOException {
        Files.writeString(folder.resolve("junk.onnx"), "no model");
        Files.copy(Places.TEST_MODELS.resolve("echo/1/model.onnx"), folder.resolve("good.onnx"));
        return RunningGateway.start(
                Files.createDirectory(folder.resolve("models")),
                "worker.instances=1",
                "worker.control.mode=explicit",
                "admin.port=-1",
                "admin.profile=" + profile,
                "compat.listeners=[\"" + profile + ": 0\"]",
                "worker.sources.cache=" + folder.resolve("cache"),
                "worker.sources.allow_files=[" + folder + "]",
                "registry.url=none");
    }

    private Answer register(RunningGateway gateway, String file, String more) {
        String url = "file://" + folder.resolve(file);
        return gateway.admin("POST", "/models?model_name=guest&url=" + url + more, "");
    }

    private static int ping(RunningGateway gateway) {
        return Waiting.await(gateway.send(
                        gateway.request(gateway.profilePort(0), "/ping").build()))
                .status();
    }

    @ParameterizedTest
    @ValueSource(strings = {"djl-serving", "torchserve"})
    void isKnownAsFailedUntilItIsTriedAgainOrDeleted(String profile) throws IOException {
        try (RunningGateway gateway = start(profile)) {
            Answer refused = register(gateway, "junk.onnx", "&model_version=1");
            assertEquals(503, refused.status(), refused.body());
            assertTrue(refused.json().getString("message").contains("guest"), refused.body());
            assertEquals(200, gateway.admin("GET", "/models/guest", "").status(), "it is known, as failed");
            assertEquals(500, ping(gateway));
            Answer again = register(gateway, "junk.onnx", "&model_version=1");
            assertEquals(503, again.status(), again.body());
            Answer done = register(gateway, "good.onnx", "&model_version=1");
            assertEquals(200, done.status(), done.body());
            assertEquals(200, ping(gateway));
            assertEquals(409, register(gateway, "good.onnx", "&model_version=1").status());
            Answer newer = register(gateway, "junk.onnx", "&model_version=2");
            assertEquals(503, newer.status(), newer.body());
            assertEquals(200, gateway.infer("guest", Requests.echo(1)).status(), "what serves is not touched");
        }
    }

    @Test
    void norWhereNobodyWaitsForIt() throws IOException {
        try (RunningGateway gateway = start("djl-serving")) {
            assertEquals(
                    202, register(gateway, "junk.onnx", "&synchronous=false").status());
            Waiting.until(
                    "its name is free again",
                    () -> register(gateway, "good.onnx", "").status() == 200);
        }
    }

    /** Where it comes from is the same, and what lies there is not. */
    @ParameterizedTest
    @ValueSource(strings = {"djl-serving", "torchserve"})
    void isTriedAgainWhereItWasNotThereBefore(String profile) throws IOException {
        try (RunningGateway gateway = start(profile)) {
            Answer missing = register(gateway, "late.onnx", "&model_version=1");
            assertEquals(503, missing.status(), missing.body());
            Files.copy(folder.resolve("good.onnx"), folder.resolve("late.onnx"));
            Answer there = register(gateway, "late.onnx", "&model_version=1");
            assertEquals(200, there.status(), there.body());
            assertEquals(200, gateway.infer("guest", Requests.echo(1)).status());
            assertEquals(200, ping(gateway));
        }
    }
}

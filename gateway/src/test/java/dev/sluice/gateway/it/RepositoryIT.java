package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What may lie in the directories of models, and what is said of it. */
class RepositoryIT {

    private static final Path ECHO = Places.TEST_MODELS.resolve("echo/1/model.onnx");
    private static final Path SUMS = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final Path TABLE = Places.ROOT.resolve("gateway/src/test/resources/external/table/1");

    @TempDir
    private Path folder;

    private RunningGateway start(String... directories) {
        List<String> paths = List.of(directories).stream()
                .map(directory -> folder.resolve(directory).toString())
                .toList();
        return RunningGateway.start(
                folder,
                "worker.models=" + paths,
                "admin.port=-1",
                "worker.warm_up_budget=100ms",
                "worker.control.poll=100ms",
                "worker.control.settle=0s");
    }

    private Repository directory(String name) throws IOException {
        return new Repository(Files.createDirectories(folder.resolve(name)));
    }

    private static JsonObject model(RunningGateway gateway, String name, String version) {
        return gateway.get("/v2/models").json().getJsonArray("models").stream()
                .map(JsonObject.class::cast)
                .filter(model -> model.getString("name").equals(name)
                        && model.getString("version").equals(version))
                .findFirst()
                .orElseGet(() -> JsonObject.of("state", "none", "reason", ""));
    }

    private static void await(RunningGateway gateway, String name, String version, Predicate<JsonObject> wanted) {
        Waiting.until(name + "/" + version, () -> wanted.test(model(gateway, name, version)));
    }

    private static Predicate<JsonObject> in(String state) {
        return model -> model.getString("state").equals(state);
    }

    @Test
    void severalDirectoriesAreOneRepository() throws IOException {
        Repository one = directory("one").with("echo", "1", ECHO);
        directory("two").with("echo", "2", ECHO).with("sums", "1", SUMS);
        try (RunningGateway gateway = start("one", "two", "nowhere")) {
            assertEquals(200, gateway.infer("echo", Requests.echo(1)).status());
            assertEquals(200, gateway.get("/v2/models/sums/ready").status());
            assertEquals("none", model(gateway, "echo", "2").getString("state"), "it lies behind the first");
            one.with("echo", "3", ECHO);
            await(gateway, "echo", "3", in("ready"));
            Files.move(folder.resolve("one"), folder.resolve("away"));
            directory("two").with("sums", "2", SUMS);
            await(gateway, "sums", "2", in("ready"));
            assertEquals("ready", model(gateway, "echo", "3").getString("state"), "its directory cannot be read");
        }
    }

    @Test
    void aFileOfTritonHoldsAndSaysWhatItCannot() throws IOException {
        Repository models = directory("models").with("echo", "1", ECHO).with("sums", "1", SUMS);
        models.triton("echo", """
                max_batch_size: 4
                input { name: "x" data_type: TYPE_FP32 dims: -1 }
                instance_group { count: 2 }
                sequence_batching { }
                """);
        models.triton("sums", "input { name: \"IN0\" data_type: TYPE_FP32 }");
        try (RunningGateway gateway = start("models")) {
            JsonObject echo = model(gateway, "echo", "1");
            assertEquals("ready", echo.getString("state"));
            assertEquals("config.pbtxt says what has no effect here: sequence_batching", echo.getString("reason"));
            String config = gateway.get("/v2/models/echo/config").body();
            assertTrue(config.contains("\"max_batch_size\":4") && config.contains("\"count\":2"), config);
            assertEquals(1, gateway.metrics().value("sluice_model_remarks", "model=\"echo\""));
            JsonObject sums = model(gateway, "sums", "1");
            assertEquals("failed", sums.getString("state"));
            assertEquals(
                    "sums/config.pbtxt:1: input IN0: data_type: the model has IN0 INT32[-1,4] (got FP32)",
                    sums.getString("reason"));
            models.triton("sums", "input { name: \"IN0\" data_type: TYPE_INT32 }");
            await(gateway, "sums", "1", in("ready"));
            assertEquals(0, gateway.metrics().value("sluice_model_remarks", "model=\"sums\""));
        }
    }

    @Test
    void aVersionWithOtherInputsIsRemarkedOnOrRefused() throws IOException {
        Repository models = directory("models").with("m", "1", ECHO);
        String change = "it takes or gives other than version 1, which served before it: input IN0 INT32[-1,4] is new";
        try (RunningGateway gateway = start("models")) {
            models.config("m", "same_signature: true");
            models.with("m", "2", SUMS);
            await(gateway, "m", "2", in("failed"));
            String refused = model(gateway, "m", "2").getString("reason");
            assertTrue(refused.startsWith(change) && refused.endsWith("(same_signature in its model.yaml)"), refused);
            assertEquals(200, gateway.infer("m", Requests.echo(1)).status());
            models.config("m", "same_signature: false");
            await(gateway, "m", "2", in("ready"));
            assertTrue(model(gateway, "m", "2").getString("reason").startsWith(change), change);
            assertEquals(1, gateway.metrics().value("sluice_model_remarks", "version=\"2\""));
        }
    }

    @Test
    void whatFailedWhileItsDirectoryWasAwayIsTriedAgainWhenThatIsBack() throws IOException {
        directory("models").with("here", "1", ECHO);
        directory("mounted").with("m", "1", ECHO);
        Path mounted = folder.resolve("mounted");
        Path away = folder.resolve("away");
        try (RunningGateway gateway = start("models", "mounted")) {
            assertEquals(
                    200, gateway.admin("POST", "/admin/v1/models/m/unload", "").status());
            Files.move(mounted, away);
            gateway.admin("POST", "/admin/v1/models/m/load", "").error(503);
            assertEquals("failed", model(gateway, "m", "1").getString("state"));
            Files.move(away, mounted);
            await(gateway, "m", "1", in("ready"));
            assertEquals(200, gateway.infer("m", Requests.echo(1)).status());
        }
    }

    @Test
    void weightsInAFileOfTheirOwnAreOfTheVersion() throws IOException {
        Path version = Files.createDirectories(folder.resolve("models/table/1"));
        Path numbers = version.resolve("model.onnx_data");
        Files.copy(TABLE.resolve("model.onnx"), version.resolve("model.onnx"));
        try (RunningGateway gateway = start("models")) {
            JsonObject half = model(gateway, "table", "1");
            assertEquals("failed", half.getString("state"));
            String reason = half.getString("reason");
            assertTrue(reason.contains("[model.onnx_data]"), "as its owner knows it: " + reason);
            Files.copy(TABLE.resolve("model.onnx_data"), numbers);
            await(gateway, "table", "1", in("ready"));
            assertEquals(
                    4000, gateway.infer("table", Requests.pick(4000)).data().getFloat(0));
            put(numbers, 0.5f);
            Waiting.until("the new numbers", () -> answer(gateway) == 4000.5f);
            put(numbers, Float.NaN);
            await(gateway, "table", "1", model -> model.getString("reason").contains("is no finite number at 0"));
            assertEquals(4000.5f, answer(gateway), "what was loaded goes on");
        }
    }

    private static float answer(RunningGateway gateway) {
        return gateway.infer("table", Requests.pick(4000)).data().getFloat(0);
    }

    /** In one step, as whoever replaces a file that others have open should. */
    private static void put(Path numbers, float more) throws IOException {
        byte[] bytes = Files.readAllBytes(TABLE.resolve("model.onnx_data"));
        ByteBuffer floats = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < bytes.length; at += Float.BYTES) {
            floats.putFloat(at, floats.getFloat(at) + more);
        }
        Path coming = Files.write(numbers.resolveSibling(".coming"), bytes);
        Files.move(coming, numbers, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}

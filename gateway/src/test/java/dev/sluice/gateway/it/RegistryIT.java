package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.gateway.Gateway;
import dev.sluice.gateway.registry.Place;
import dev.sluice.gateway.registry.Registry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What operators said, and what they changed, after the server has ended in whatever way. */
class RegistryIT {

    private static final Path MODEL = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String SUMS = "/admin/v1/models/sums";

    @TempDir
    private Path root;

    private Path models;
    private Path kept;

    @BeforeEach
    void fill() {
        models = root.resolve("models");
        kept = root.resolve("kept/here");
        new Repository(models)
                .with("sums", "1", MODEL)
                .with("sums", "2", MODEL)
                .with("other", "1", MODEL)
                .config("sums", "version_labels: [theirs=2]\n");
    }

    private RunningGateway start() {
        return RunningGateway.start(models, "admin.port=-1", "worker.warm_up_budget=0s", "registry.directory=" + kept);
    }

    private static void done(RunningGateway gateway, String method, String path, String body) {
        Answer answer = gateway.admin(method, path, body);
        assertEquals(200, answer.status(), answer.body());
    }

    @Test
    void whatOperatorsSaidHoldsAfterARestart() {
        try (RunningGateway gateway = start()) {
            done(gateway, "PUT", SUMS + "/labels/stable", "{\"version\":2}");
            done(gateway, "DELETE", SUMS + "/labels/theirs", "");
            done(gateway, "POST", SUMS + "/serve", "{\"versions\":[1]}");
            done(gateway, "PUT", SUMS + "/instances", "{\"instances\":3}");
            done(gateway, "POST", "/admin/v1/models/other/unload", "");
        }
        try (RunningGateway gateway = start()) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            gateway.infer("other", Requests.sums(1, 2)).error(503);
            JsonObject sums = gateway.admin("GET", SUMS, "").json();
            assertEquals(new JsonObject().put("stable", 2), sums.getJsonObject("labels"));
            JsonObject told = new JsonObject()
                    .put("memory", "unsaid")
                    .put("versions", new JsonArray().add("1"))
                    .put("instances", 3)
                    .put("labels", new JsonObject().put("stable", 2).put("theirs", 0))
                    .put("sources", new JsonObject());
            assertEquals(told, sums.getJsonObject("told"));
            String table = gateway.admin("GET", "/admin/v1/models", "", "accept", "text/plain")
                    .body();
            assertTrue(table.lines().anyMatch(line -> line.matches("other +1 +unloaded +closed +unload .+")), table);
            assertTrue(
                    table.lines().anyMatch(line -> line.matches("sums +1 +ready +closed +serve 1; instances 3")),
                    table);
            assertTrue(gateway.get("/v2/models/sums/config").body().contains("\"count\":3"));
            done(gateway, "POST", SUMS + "/reset", "");
            done(gateway, "POST", "/admin/v1/models/other/load", "");
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
        try (RunningGateway gateway = start()) {
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            assertEquals(200, gateway.infer("other", Requests.sums(1, 2)).status());
            JsonObject sums = gateway.admin("GET", SUMS, "").json();
            assertEquals(new JsonObject().put("theirs", 2), sums.getJsonObject("labels"));
        }
    }

    @Test
    void whoChangedWhatIsShownNewestFirst() {
        try (RunningGateway gateway = start()) {
            done(gateway, "POST", "/admin/v1/models/other/unload", "");
            gateway.admin("POST", "/admin/v1/models/nobody%00/load", "").error(404);
            gateway.admin("POST", SUMS + "/serve", "{\"versions\":[1]}", "x-request-id", "mine");
        }
        try (RunningGateway gateway = start()) {
            List<JsonObject> all = changes(gateway, "");
            assertEquals(3, all.size(), all.toString());
            assertEquals("serve", all.getFirst().getString("change"));
            assertEquals("mine", all.getFirst().getString("request_id"));
            assertEquals("127.0.0.1", all.getFirst().getString("address"));
            assertEquals("1", all.getFirst().getString("detail"));
            assertEquals("unknown_model", all.get(1).getString("outcome"));
            assertEquals("nobody\uFFFD", all.get(1).getString("model"));
            assertEquals(all.subList(0, 2), changes(gateway, "?limit=2"));
            assertEquals(all.subList(2, 3), changes(gateway, "?model=other&limit=1000"));
            assertEquals(List.of(), changes(gateway, "?model=others"));
            String table = gateway.admin("GET", "/admin/v1/audit?model=other", "", "accept", "text/plain")
                    .body();
            assertTrue(
                    table.matches(
                            "TIME +WHO +CHANGE +MODEL +DETAIL +OUTCOME\n\\S+ +127\\.0\\.0\\.1 +unload +other +done\n"),
                    table);
            for (String limit : List.of("0", "1001", "-1", "x", "", "1&limit=2")) {
                gateway.admin("GET", "/admin/v1/audit?limit=" + limit, "").error(400);
            }
        }
    }

    private static List<JsonObject> changes(RunningGateway gateway, String query) {
        return gateway.admin("GET", "/admin/v1/audit" + query, "").json().getJsonArray("changes").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    /** Killed as soon as the answer is here: what was confirmed is there, and the file can be opened again. */
    @Test
    void whatWasConfirmedSurvivesSigkill() throws IOException {
        for (int round = 1; round <= 3; round++) {
            String version = Integer.toString(1 + round % 2);
            int adminPort = RunningNginx.freePort();
            try (SluiceProcess sluice = process(adminPort)) {
                sluice.awaitReady();
                try (RawConnection operator = new RawConnection(adminPort)) {
                    operator.send("POST " + SUMS + "/serve HTTP/1.1\r\nhost: localhost\r\ncontent-length: 16\r\n\r\n"
                            + "{\"versions\":[" + version + "]}");
                    assertEquals(200, operator.answer().status());
                }
                sluice.kill();
                sluice.awaitExit();
            }
            try (RunningGateway gateway = start()) {
                assertEquals(version, gateway.versionThatAnswers("sums", Requests.sums(1, 2)), "round " + round);
                assertEquals(version, changes(gateway, "?limit=1").getFirst().getString("detail"));
            }
        }
    }

    private SluiceProcess process(int adminPort) throws IOException {
        return SluiceProcess.start(
                "--models",
                models.toString(),
                "--port",
                "0",
                "--set",
                "admin.port=" + adminPort,
                "--set",
                "registry.url=file",
                "--set",
                "registry.directory=" + kept);
    }

    @Test
    void twoServersDoNotShareAFile() throws IOException {
        try (RunningGateway gateway = start();
                SluiceProcess second = process(RunningNginx.freePort())) {
            assertEquals(1, second.awaitExit());
            assertTrue(second.errors().contains("another server has it open"), second.errors());
            done(gateway, "POST", SUMS + "/unload", "");
        }
    }

    @Test
    void whatCannotBeReadStopsTheStartAndSaysWhy() throws IOException {
        Files.createDirectories(kept);
        Path file = kept.resolve("registry.mv.db");
        Files.writeString(file, "this is no database".repeat(1000));
        String damaged = failure();
        assertTrue(damaged.contains(file.toString()) && damaged.contains("move it away"), damaged);
        Files.delete(file);
        Files.delete(kept);
        Files.writeString(kept, "this is no directory");
        String unwritable = failure();
        assertTrue(unwritable.contains(kept.toString()) && unwritable.contains("registry.url"), unwritable);
    }

    private String failure() {
        var config = RunningGateway.config(models, "admin.port=-1", "registry.directory=" + kept);
        AssertionError failed = assertThrows(AssertionError.class, () -> Waiting.await(Gateway.start(config)));
        return failed.toString();
    }

    @Test
    void onlyItsOwnerCanReadIt() throws IOException {
        for (boolean isThere : new boolean[] {false, true}) {
            kept = root.resolve("kept-" + isThere);
            if (isThere) {
                Files.createDirectory(
                        kept, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            }
            try (RunningGateway gateway = start()) {
                assertTrue(gateway.adminPort() > 0);
                assertEquals(isThere ? "rwxr-xr-x" : "rwx------", permissions(kept), "a directory that is there stays");
                assertEquals("rw-------", permissions(kept.resolve("registry.mv.db")));
            }
            assertEquals("rw-------", permissions(kept.resolve("registry.mv.db")), "closed");
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aNewFileForOtherModelsOnThePortIsRemarkedOnOnce() throws IOException {
        Files.createDirectories(kept);
        Path before = Files.createFile(kept.resolve("registry-8080-before.mv.db"));
        Files.createFile(kept.resolve("registry-80-elsewhere.mv.db"));
        assertEquals(List.of(), warnings("registry-8081-now"));
        List<String> warnings = warnings("registry-8080-now");
        assertEquals(1, warnings.size());
        assertTrue(warnings.getFirst().contains("in [" + before + "]"), warnings.getFirst());
        assertEquals(List.of(), warnings("registry-8080-now"), "it is not new any more");
    }

    /** What the log says when the file of that name is opened. */
    private List<String> warnings(String name) {
        Logger logger = (Logger) LoggerFactory.getLogger(Registry.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        Vertx vertx = Vertx.vertx();
        try {
            Registry registry =
                    Registry.open(new Place.File(kept, name), true, vertx).orElseThrow();
            Waiting.await(registry.read().toCompletableFuture());
            Waiting.await(registry.close());
        } finally {
            logger.detachAppender(log);
            Waiting.await(vertx.close());
        }
        return log.list.stream()
                .filter(event -> event.getLevel() == Level.WARN)
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    @Test
    void noFileIsMadeWhereNobodyCanSayAnythingAndOneThatIsThereHolds() throws IOException {
        String[] withoutOperators = {"worker.warm_up_budget=0s", "registry.directory=" + kept};
        try (RunningGateway gateway = RunningGateway.start(models, withoutOperators)) {
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
        assertFalse(Files.exists(kept));
        try (RunningGateway gateway = start()) {
            done(gateway, "POST", SUMS + "/serve", "{\"versions\":[1]}");
        }
        try (RunningGateway gateway = RunningGateway.start(models, withoutOperators)) {
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
        try (Stream<Path> files = Files.list(kept)) {
            assertEquals(List.of(kept.resolve("registry.mv.db")), files.toList());
        }
    }

    @Test
    void withoutARegistryWordsEndWithTheServerAndChangesCannotBeAskedFor() {
        String[] settings = {"admin.port=-1", "worker.warm_up_budget=0s", "registry.url=none"};
        try (RunningGateway gateway = RunningGateway.start(models, settings)) {
            done(gateway, "POST", SUMS + "/serve", "{\"versions\":[1]}");
            assertEquals("1", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
            String error = gateway.admin("GET", "/admin/v1/audit", "").error(404);
            assertTrue(error.contains("registry"), error);
        }
        try (RunningGateway gateway = RunningGateway.start(models, settings)) {
            assertEquals("2", gateway.versionThatAnswers("sums", Requests.sums(1, 2)));
        }
    }
}

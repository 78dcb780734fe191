package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.gateway.Gateway;
import dev.sluice.gateway.front.control.AuditLog;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelLoadRequest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Who changed what is kept, whatever they came by; and what cannot be kept is done all the same. */
class AuditLogIT {

    private static final String SUMS = "/admin/v1/models/sums";

    @TempDir
    private Path folder;

    private RunningGateway start(Path log) {
        return RunningGateway.start(
                Places.TEST_MODELS, "admin.port=-1", "http.model_control=true", "admin.audit_log=" + log);
    }

    @Test
    void aLineForEachChange() throws IOException {
        Path log = folder.resolve("audit.jsonl");
        Files.writeString(log, "what was there before\n");
        try (RunningGateway gateway = start(log);
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            gateway.admin("GET", SUMS, "");
            gateway.admin("POST", SUMS + "/unload", "", "x-request-id", "mine");
            gateway.post("/v2/repository/models/sums/load", "");
            caller.call(
                    GrpcCaller.INFERENCE,
                    "RepositoryModelLoad",
                    RepositoryModelLoadRequest.newBuilder()
                            .setModelName("nobody")
                            .build());
            gateway.admin("PUT", SUMS + "/labels/stable", "{\"version\":1}");
            gateway.admin("POST", "/admin/v1/drain", "");
        }
        List<String> lines = Files.readAllLines(log);
        assertEquals(6, lines.size(), lines.toString());
        assertEquals("what was there before", lines.getFirst());
        JsonObject first = new JsonObject(lines.get(1));
        assertTrue(Instant.parse(first.getString("time")).isBefore(Instant.now().plusSeconds(60)));
        assertEquals("127.0.0.1", first.getString("address"));
        assertEquals("127.0.0.1", first.getString("client"));
        assertEquals("mine", first.getString("request_id"));
        assertEquals("admin unload sums  done", words(lines.get(1)));
        assertEquals("http load sums  done", words(lines.get(2)));
        assertEquals("grpc load nobody  unknown_model", words(lines.get(3)));
        assertEquals("admin label sums stable 1 done", words(lines.get(4)));
        assertEquals("admin drain   done", words(lines.get(5)));
        assertTrue(new JsonObject(lines.get(3)).getString("message").contains("nobody"));
    }

    private static String words(String line) {
        JsonObject entry = new JsonObject(line);
        return String.join(
                " ",
                entry.getString("api"),
                entry.getString("change"),
                entry.getString("model"),
                entry.getString("detail"),
                entry.getString("outcome"));
    }

    @Test
    void aFullDiskStopsNoChange() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "there is no disk that is always full here");
        Logger log = (Logger) LoggerFactory.getLogger(AuditLog.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        log.addAppender(said);
        try (RunningGateway gateway = start(full)) {
            assertEquals(200, gateway.admin("POST", SUMS + "/unload", "").status());
            gateway.infer("sums", Requests.sums(1, 2)).error(503);
            assertEquals(200, gateway.admin("POST", SUMS + "/load", "").status());
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        } finally {
            log.detachAppender(said);
        }
        assertEquals(1, said.list.size(), said.list.toString());
    }

    @Test
    void aFileThatCannotBeWrittenIsSaidAtTheStart() {
        for (String log : List.of(folder.resolve("no/such/folder").toString(), "relative.jsonl")) {
            var config = RunningGateway.config(Places.TEST_MODELS, "admin.audit_log=" + log);
            AssertionError failed = assertThrows(AssertionError.class, () -> Waiting.await(Gateway.start(config)));
            assertTrue(failed.toString().contains("admin.audit_log"), failed.toString());
        }
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A gateway whose operators' listener speaks another server's management too, and what it has noted of changes. */
final class ManagedGateway {

    private final RunningGateway gateway;
    private final Path elsewhere;

    private ManagedGateway(RunningGateway gateway, Path elsewhere) {
        this.gateway = gateway;
        this.elsewhere = elsewhere;
    }

    private static Path audit(Path elsewhere) {
        return elsewhere.resolve("audit.log");
    }

    /**
     * @param models where those are put that recorded pairs are about
     * @param elsewhere where other files are, which models may come from
     */
    static ManagedGateway start(String profile, Path models, Path elsewhere) throws IOException {
        return new ManagedGateway(
                RunningGateway.start(
                        CompatModels.withDigits(models),
                        "worker.instances=1",
                        "admin.port=-1",
                        "admin.profile=" + profile,
                        "admin.audit_log=" + audit(elsewhere),
                        "worker.sources.cache=" + elsewhere.resolve("cache"),
                        "worker.sources.allow_files=[" + elsewhere + "]",
                        "registry.url=none"),
                elsewhere);
    }

    RunningGateway gateway() {
        return gateway;
    }

    /** Where a model may come from: a new file of that name. */
    String url(String name) throws IOException {
        Path file = elsewhere.resolve(name);
        Files.copy(Places.TEST_MODELS.resolve("echo/1/model.onnx"), file);
        return "file://" + file;
    }

    /** What was changed by that request. */
    List<JsonObject> changedBy(String requestId) throws IOException {
        return Files.readAllLines(audit(elsewhere)).stream()
                .map(JsonObject::new)
                .filter(entry -> entry.encode().contains("\"" + requestId + "\""))
                .toList();
    }

    /** That request has changed this of that model, and no more. */
    void assertChanged(String requestId, String model, String change) throws IOException {
        List<JsonObject> kept = changedBy(requestId);
        assertEquals(1, kept.size(), kept.toString());
        assertEquals(model, kept.getFirst().getString("model"));
        assertEquals(change, kept.getFirst().getString("change"));
    }

    void close() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }
}

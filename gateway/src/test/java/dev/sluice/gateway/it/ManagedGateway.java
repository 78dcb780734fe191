package dev.sluice.gateway.it;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A gateway whose operators' listener speaks another server's management too, and what it has noted of changes. */
final class ManagedGateway {

    private final RunningGateway gateway;
    private final Path audit;

    private ManagedGateway(RunningGateway gateway, Path audit) {
        this.gateway = gateway;
        this.audit = audit;
    }

    /**
     * @param models where those are put that recorded pairs are about
     * @param elsewhere where other files are, which models may come from
     */
    static ManagedGateway start(String profile, Path models, Path elsewhere) throws IOException {
        Path audit = elsewhere.resolve("audit.log");
        return new ManagedGateway(
                RunningGateway.start(
                        CompatModels.withDigits(models),
                        "worker.instances=1",
                        "admin.port=-1",
                        "admin.profile=" + profile,
                        "admin.audit_log=" + audit,
                        "worker.sources.cache=" + elsewhere.resolve("cache"),
                        "worker.sources.allow_files=[" + elsewhere + "]",
                        "registry.url=none"),
                audit);
    }

    RunningGateway gateway() {
        return gateway;
    }

    /** What was changed by that request. */
    List<JsonObject> changedBy(String requestId) throws IOException {
        return Files.readAllLines(audit).stream()
                .map(JsonObject::new)
                .filter(entry -> entry.encode().contains("\"" + requestId + "\""))
                .toList();
    }

    void close() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }
}

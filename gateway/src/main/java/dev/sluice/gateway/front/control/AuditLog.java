package dev.sluice.gateway.front.control;

import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps who changed what and what became of it: a line of JSON for each change, at the end of a file.
 *
 * <p>The file is opened for each line, so that it may be moved away or deleted at any time. Lines are few.
 *
 * @thread any; the file is written on a thread that may wait
 * @bound who adds a line waits for it, so there are no more than changes under way
 * @errors a file that cannot be written stops the start, and later no change: the log says so, once until it can be again
 */
public final class AuditLog {

    /** In place of a file, for no log at all. */
    public static final String NONE = "none";

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    private final Optional<Path> file;
    private final Vertx vertx;
    private final InstantSource clock;
    private final AtomicBoolean failing = new AtomicBoolean();

    private AuditLog(Optional<Path> file, Vertx vertx, InstantSource clock) {
        this.file = file;
        this.vertx = vertx;
        this.clock = clock;
    }

    /** Makes one; fails with an IOException that says why when its file cannot be written. */
    public static Future<AuditLog> open(String setting, Vertx vertx, InstantSource clock) {
        if (setting.equals(NONE)) {
            return Future.succeededFuture(new AuditLog(Optional.empty(), vertx, clock));
        }
        Optional<Path> file = absolute(setting);
        if (file.isEmpty()) {
            return Future.failedFuture(
                    new IOException("admin.audit_log is neither " + NONE + " nor an absolute path: " + setting));
        }
        AuditLog log = new AuditLog(file, vertx, clock);
        return log.append(file.get(), ByteBuffer.allocate(0))
                .map(writable -> log)
                .recover(cause -> Future.failedFuture(
                        new IOException("admin.audit_log cannot be written: " + cause.getMessage(), cause)));
    }

    private static Optional<Path> absolute(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException malformed) {
            return Optional.empty();
        }
    }

    /** Complete with that outcome when its line has been written, or could not be. */
    Future<Outcome> add(Operator operator, Change change, Outcome outcome) {
        if (file.isEmpty()) {
            return Future.succeededFuture(outcome);
        }
        JsonOutput line = line(operator, change, outcome);
        return append(file.get(), ByteBuffer.wrap(line.array(), 0, line.length()))
                .onSuccess(written -> writable(file.get()))
                .onFailure(this::unwritable)
                .transform(over -> Future.succeededFuture(outcome));
    }

    private Future<Void> append(Path target, ByteBuffer bytes) {
        return vertx.executeBlocking(() -> {
            try (FileChannel end = FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (bytes.hasRemaining()) {
                    end.write(bytes);
                }
            }
            return null;
        });
    }

    private void writable(Path target) {
        if (failing.getAndSet(false)) {
            LOG.info("the audit log {} can be written again", target);
        }
    }

    private void unwritable(Throwable cause) {
        if (!failing.getAndSet(true)) {
            LOG.error("the audit log cannot be written; changes are made without: {}", cause.toString());
        }
    }

    private JsonOutput line(Operator operator, Change change, Outcome outcome) {
        JsonOutput line =
                new JsonOutput(512).raw("{\"time\":\"").raw(clock.instant().toString());
        line.raw("\",\"api\":\"").raw(operator.api().name().toLowerCase(Locale.ROOT));
        line.raw("\",\"address\":").string(operator.address());
        line.raw(",\"client\":").string(operator.name());
        line.raw(",\"request_id\":").string(operator.requestId());
        line.raw(",\"change\":").string(change.action());
        line.raw(",\"model\":").string(change.model());
        line.raw(",\"detail\":").string(change.detail());
        InferenceError refusal = outcome.refusal();
        line.raw(",\"outcome\":\"").raw(refusal == null ? "done" : StatusMapping.outcome(refusal));
        line.raw("\",\"message\":").string(refusal == null ? outcome.message() : refusal.message());
        return line.raw("}\n");
    }
}

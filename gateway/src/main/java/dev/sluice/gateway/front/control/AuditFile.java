package dev.sluice.gateway.front.control;

import dev.sluice.gateway.front.v2.JsonOutput;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A line of JSON for each change, at the end of a file.
 *
 * <p>The file is opened for each line, so that it may be moved away or deleted at any time. Lines are few.
 *
 * @thread any; the file is written on a thread that may wait
 */
final class AuditFile {

    private final Path file;
    private final Vertx vertx;

    private AuditFile(Path file, Vertx vertx) {
        this.file = file;
        this.vertx = vertx;
    }

    /** Fails with an IOException that says why when it cannot be written. */
    static Future<AuditFile> open(String setting, Vertx vertx) {
        Optional<Path> file = absolute(setting);
        if (file.isEmpty()) {
            return Future.failedFuture(new IOException(
                    "admin.audit_log is neither " + AuditLog.NONE + " nor an absolute path: " + setting));
        }
        AuditFile log = new AuditFile(file.get(), vertx);
        return log.append(ByteBuffer.allocate(0))
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

    Future<Void> add(AuditEntry entry) {
        JsonOutput line = new JsonOutput(512);
        entry.json(line);
        line.raw('\n');
        return append(ByteBuffer.wrap(line.array(), 0, line.length()));
    }

    private Future<Void> append(ByteBuffer bytes) {
        return vertx.executeBlocking(() -> {
            try (FileChannel end = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (bytes.hasRemaining()) {
                    end.write(bytes);
                }
            }
            return null;
        });
    }

    @Override
    public String toString() {
        return file.toString();
    }
}

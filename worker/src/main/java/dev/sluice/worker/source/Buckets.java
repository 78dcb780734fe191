package dev.sluice.worker.source;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The client of S3, made by the first who needs it: to load it takes longer than the rest of a start.
 *
 * @thread any
 * @owns the client
 */
final class Buckets implements AutoCloseable {

    private final S3Options options;
    private final Duration idleTimeout;
    private final AtomicReference<@Nullable S3Client> client = new AtomicReference<>();

    Buckets(S3Options options, Duration idleTimeout) {
        this.options = options;
        this.idleTimeout = idleTimeout;
    }

    S3Client client() throws SourceException {
        S3Client known = client.get();
        if (known != null) {
            return known;
        }
        S3Client made = S3Remote.client(options, idleTimeout);
        if (client.compareAndSet(null, made)) {
            return made;
        }
        made.close();
        return client();
    }

    @Override
    public void close() {
        S3Client known = client.getAndSet(null);
        if (known != null) {
            known.close();
        }
    }
}

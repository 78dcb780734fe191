package dev.sluice.worker.transform;

import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client has sent, whole and as it came.
 *
 * @param bytes from position to limit, read-only, and not to be kept, so that its memory can go
 * @param contentType as the client wrote it; null where it wrote none
 * @param givenUp whether nobody waits any more, so that long work had better end, however it likes
 */
public record PluginBody(ByteBuffer bytes, @Nullable String contentType, BooleanSupplier givenUp) {}

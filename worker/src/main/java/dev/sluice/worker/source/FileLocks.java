package dev.sluice.worker.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who uses what in a directory that servers of one machine share. A lock ends with its process, however that ends.
 *
 * @thread any; nobody waits
 */
final class FileLocks {

    /** Of the process: the system gives up all its locks on a file when it closes the file in any place. */
    private static final Map<Path, Held> HELD = new ConcurrentHashMap<>();

    /** @param users those of this process; 0 for one who is alone with it */
    private record Held(FileChannel channel, int users) {}

    private final Path directory;

    FileLocks(Path directory) {
        this.directory = directory;
    }

    /**
     * Something that is in use until it is closed.
     *
     * @thread any
     */
    @FunctionalInterface
    interface Hold extends AutoCloseable {

        @Override
        void close();
    }

    /** With others who only use it; empty while somebody is alone with it. */
    Optional<Hold> share(String name) throws IOException {
        return take(name, true);
    }

    /** Alone; empty while anybody uses it. */
    Optional<Hold> own(String name) throws IOException {
        return take(name, false);
    }

    private Optional<Hold> take(String name, boolean shared) throws IOException {
        Path file = directory.resolve(name).toAbsolutePath().normalize();
        boolean[] taken = new boolean[1];
        try {
            HELD.compute(file, (path, held) -> {
                if (held != null) {
                    taken[0] = shared && held.users > 0;
                    return taken[0] ? new Held(held.channel, held.users + 1) : held;
                }
                FileChannel channel = locked(path, shared);
                taken[0] = channel != null;
                return channel == null ? null : new Held(channel, shared ? 1 : 0);
            });
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        return taken[0] ? Optional.of(() -> release(file)) : Optional.empty();
    }

    private static @Nullable FileChannel locked(Path file, boolean shared) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            if (lock != null) {
                return channel;
            }
            channel.close();
            return null;
        } catch (IOException failure) {
            close(channel);
            throw new UncheckedIOException(failure);
        }
    }

    private static void release(Path file) {
        HELD.computeIfPresent(file, (path, held) -> {
            if (held.users > 1) {
                return new Held(held.channel, held.users - 1);
            }
            close(held.channel);
            return null;
        });
    }

    private static void close(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

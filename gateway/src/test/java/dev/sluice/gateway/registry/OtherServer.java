package dev.sluice.gateway.registry;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A process of its own that tries to lock a file as the database does, and holds the lock until it is closed. Within
 * one process it could not be seen whether the system's lock is there.
 *
 * @thread confined to a test
 */
final class OtherServer implements AutoCloseable {

    private static final String GOT_IT = "got it";

    private final Process process;
    private final boolean gotIt;

    OtherServer(Path file) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherServer.class.getName(),
                        file.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        gotIt = GOT_IT.equals(process.inputReader(StandardCharsets.UTF_8).readLine());
    }

    boolean gotIt() {
        return gotIt;
    }

    /** Until nobody can write to it any more. */
    @SuppressWarnings("SystemOut")
    public static void main(String... arguments) throws IOException {
        try (FileChannel channel = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            System.out.println(lock == null ? "somebody has it" : GOT_IT);
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }
}

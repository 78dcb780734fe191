package dev.sluice.loadtest.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The server's process, on this machine.
 *
 * @thread any
 * @errors {@link IllegalArgumentException} with a sentence for the user
 */
public final class ServerProcess {

    private static final String RESIDENT = "VmRSS:";
    private static final long COLLECTION_SECONDS = 30;

    private final long pid;

    public ServerProcess(long pid) {
        this.pid = pid;
    }

    /** What the kernel holds in memory for it. */
    public long residentBytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(RESIDENT))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(status + " has no " + RESIDENT));
        } catch (NoSuchFileException gone) {
            throw new IllegalArgumentException("there is no process " + pid + " here (--pid)", gone);
        }
    }

    /** Has its garbage collected, so that what is left is in use. */
    public void collect() throws IOException, InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process collection = new ProcessBuilder(jcmd.toString(), Long.toString(pid), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!collection.waitFor(COLLECTION_SECONDS, TimeUnit.SECONDS) || collection.exitValue() != 0) {
            collection.destroyForcibly();
            throw new IllegalArgumentException("process " + pid + " cannot be told to collect garbage (--pid)");
        }
    }
}

package dev.sluice.gateway.it;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sluice in a process of its own, started as the launcher starts it. The launcher itself is not used, because it would
 * rebuild what the build that runs this test is building; .ci/launcher-test tests it.
 */
final class SluiceProcess implements AutoCloseable {

    private static final Pattern READY =
            Pattern.compile("sluice ready on http://127\\.0\\.0\\.1:(\\d+) \\(\\d+ models, \\d+ ms\\)");

    private final Process process;
    private final CompletableFuture<String> firstLine = new CompletableFuture<>();
    private final CompletableFuture<String> errors;

    private SluiceProcess(Process process) {
        this.process = process;
        Thread.ofVirtual().start(this::readOutput);
        this.errors =
                CompletableFuture.supplyAsync(() -> readAll(process.getErrorStream()), Thread::startVirtualThread);
    }

    static SluiceProcess start(String... arguments) throws IOException {
        return start(List.of(), arguments);
    }

    /** @param shell what a shell does before it becomes the process, as in {@code ulimit -n 100} */
    static SluiceProcess startBehind(String shell, String... arguments) throws IOException {
        return start(List.of("bash", "-c", shell + "; exec \"$@\"", "sluice"), arguments);
    }

    private static SluiceProcess start(List<String> wrapper, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(wrapper);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        if (Runtime.version().feature() >= 23) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-Xmx256m", "-Dlogback.configurationFile=" + Places.ROOT.resolve("conf/logback.xml")));
        command.addAll(List.of("-Dsluice.home=" + Places.ROOT, "-cp", classPath(), "dev.sluice.gateway.Main"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("SLUICE_"));
        builder.environment().put("SLUICE_WORKER_PROFILE_CACHE", "none");
        builder.environment().put("SLUICE_WORKER_OPTIMIZED_MODELS_CACHE", "none");
        builder.environment().put("SLUICE_REGISTRY_URL", "none");
        return new SluiceProcess(builder.start());
    }

    /** What the launcher uses if it has been built, otherwise the class path of this test, without its resources. */
    private static String classPath() throws IOException {
        Path target = Places.ROOT.resolve("gateway/target");
        try (var files = Files.list(target)) {
            List<Path> jars = files.filter(file -> file.getFileName().toString().matches("sluice-gateway-.*\\.jar"))
                    .toList();
            if (jars.size() == 1 && Files.isDirectory(target.resolve("lib"))) {
                return jars.getFirst() + File.pathSeparator + target.resolve("lib") + "/*";
            }
        }
        return System.getProperty("java.class.path");
    }

    private void readOutput() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            firstLine.complete(line == null ? "" : line);
            lines.transferTo(Writer.nullWriter());
        } catch (IOException broken) {
            firstLine.completeExceptionally(broken);
        }
    }

    private static String readAll(InputStream stream) {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Waits for the ready line, which must be the first on stdout, and returns the port that it names. */
    int awaitReady() {
        String line = Waiting.await(firstLine);
        Matcher ready = READY.matcher(line);
        if (!ready.matches()) {
            process.destroyForcibly();
            throw new AssertionError("not the ready line: \"" + line + "\"; " + errors());
        }
        return Integer.parseInt(ready.group(1));
    }

    int awaitExit() {
        return Waiting.await(process.onExit()).exitValue();
    }

    /** The processor time that it has used, by what the system says. */
    Duration cpuTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** The memory that it has in use, in bytes; Linux only. */
    long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new AssertionError("no VmRSS");
    }

    /** The bytes of all objects that somebody still holds. */
    long liveHeapBytes() throws IOException {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        Process histogram = new ProcessBuilder(jcmd, Long.toString(process.pid()), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String text = readAll(histogram.getInputStream());
        Matcher total = Pattern.compile("(?m)^Total +\\d+ +(\\d+)").matcher(text);
        if (!total.find()) {
            throw new AssertionError(text);
        }
        return Long.parseLong(total.group(1));
    }

    /** All of stderr, once the process has ended. */
    String errors() {
        return Waiting.await(errors);
    }

    String output() {
        return Waiting.await(firstLine);
    }

    /** By its handle, for {@link Process#destroy} closes the streams that its last words come by. */
    void terminate() {
        if (!process.toHandle().destroy()) {
            throw new AssertionError("it has ended already");
        }
    }

    void kill() {
        if (!process.toHandle().destroyForcibly()) {
            throw new AssertionError("it has ended already");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        awaitExit();
    }
}

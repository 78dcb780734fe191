package dev.sluice.loadtest.server;

import dev.sluice.loadtest.wire.Discovery;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One look at a server's metrics page.
 *
 * @thread any; immutable
 */
public final class ServerMetrics {

    private static final Pattern SAMPLE = Pattern.compile("([A-Za-z_:][\\w:]*)(\\{.*\\})?\\s+(\\S+)(\\s+-?\\d+)?");
    private static final String CPU = "process_cpu_time_ns_total";
    private static final String LONG_TURNS = "sluice_long_loop_turns_total";

    private final String page;

    private ServerMetrics(String page) {
        this.page = page;
    }

    /** @errors {@link IllegalArgumentException} if there is no such page */
    public static ServerMetrics of(Discovery discovery) throws InterruptedException {
        return new ServerMetrics(discovery.metrics());
    }

    static ServerMetrics parse(String page) {
        return new ServerMetrics(page);
    }

    /** The sum of the samples of that name that carry all those labels, each as in {@code name="value"}. */
    public double total(String name, String... labels) {
        return page.lines()
                .map(SAMPLE::matcher)
                .filter(sample -> sample.matches() && name.equals(sample.group(1)) && carries(sample, labels))
                .mapToDouble(sample -> Double.parseDouble(sample.group(3)))
                .sum();
    }

    private static boolean carries(Matcher sample, String... labels) {
        String carried = sample.group(2) == null ? "" : sample.group(2);
        for (String label : labels) {
            if (!carried.contains("{" + label) && !carried.contains("," + label)) {
                return false;
            }
        }
        return true;
    }

    /** User and system time of the server's process, in seconds. */
    public double cpuSeconds() {
        double nanos = total(CPU);
        if (nanos == 0) {
            throw new IllegalArgumentException("the server does not say what CPU time it has used (" + CPU + ")");
        }
        return nanos / 1e9;
    }

    /** Turns of event loops that took 5 ms or longer, since the server's start. */
    public double longTurns() {
        if (page.lines().noneMatch(line -> line.startsWith(LONG_TURNS))) {
            throw new IllegalArgumentException(
                    "the server does not count long turns of its loops (" + LONG_TURNS + ")");
        }
        return total(LONG_TURNS);
    }

    /** Of the last ten to twenty seconds. */
    public double longestTurnSeconds() {
        return total("sluice_loop_lag_seconds");
    }

    public double heapBytes() {
        return total("jvm_memory_used_bytes", "area=\"heap\"");
    }

    /** Memory of buffers outside the heap, as far as the JVM knows of it. */
    public double directBytes() {
        return total("jvm_buffer_memory_used_bytes", "id=\"direct\"");
    }
}

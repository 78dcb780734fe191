package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.Arguments;
import dev.sluice.loadtest.arrivals.Arrivals;
import dev.sluice.loadtest.load.LoadOptions;
import dev.sluice.loadtest.server.ServerProcess;
import dev.sluice.loadtest.wire.Protocol;
import dev.sluice.loadtest.wire.Target;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The options of {@code ./sluice loadtest}, checked.
 *
 * @param perSecond 0 leaves the rate to the scenario
 * @param capacity requests a second that the server can do; 0 has it measured
 * @param times the capacity, at each of which a curve has a point
 * @param pid of the server's process on this machine; 0 if it was not said
 * @param megapixels of the pictures that are sent
 * @param leastGoodput that passes, as a share of what is achievable
 */
record Settings(
        Target target,
        String model,
        Protocol protocol,
        String payload,
        long lengthNanos,
        long warmupNanos,
        double perSecond,
        double capacity,
        List<Double> times,
        Arrivals arrivals,
        long deadlineNanos,
        int connections,
        double megapixels,
        long seed,
        double leastGoodput,
        String clientHeader,
        long pid,
        Path out) {

    private static final long LEAST_PATIENCE_NANOS = 1_000_000_000;
    private static final long PATIENCE_IN_DEADLINES = 10;
    private static final long WINDOW_NANOS = 100_000_000;
    private static final double MOST_PER_SECOND = 1e6;
    private static final double LEAST_TIMES = 0.01;
    private static final double MOST_TIMES = 100;
    private static final double LEAST_MEGAPIXELS = 0.01;
    private static final double MOST_MEGAPIXELS = 24;

    /** What each option is for stands in the launcher's help. */
    static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("url", "http://127.0.0.1:8080"),
            Map.entry("i-own", ""),
            Map.entry("model", "digits"),
            Map.entry("protocol", "http"),
            Map.entry("payload", "json"),
            Map.entry("seconds", "30"),
            Map.entry("warmup", "5"),
            Map.entry("capacity", "0"),
            Map.entry("rate", "0"),
            Map.entry("times", "0.5,0.8,1,1.5,2,3,5,10"),
            Map.entry("arrivals", "poisson"),
            Map.entry("deadline", "0.1"),
            Map.entry("goodput", "90"),
            Map.entry("connections", "512"),
            Map.entry("megapixels", "2"),
            Map.entry("client-header", "X-Client-Id"),
            Map.entry("pid", "0"),
            Map.entry("seed", "1"),
            Map.entry("out", "target/loadtest"));

    /** @errors {@link IllegalArgumentException} with a sentence for the user */
    static Settings parse(String[] words) throws IOException {
        Arguments arguments = Arguments.parse(words, DEFAULTS);
        return new Settings(
                Target.parse(arguments.text("url"), arguments.text("i-own")),
                arguments.text("model"),
                Protocol.named(arguments.text("protocol")),
                arguments.text("payload"),
                arguments.nanos("seconds"),
                arguments.nanos("warmup"),
                arguments.number("rate", 0, MOST_PER_SECOND),
                arguments.number("capacity", 0, MOST_PER_SECOND),
                arguments.numbers("times", LEAST_TIMES, MOST_TIMES),
                Arrivals.parse(arguments.text("arrivals")),
                arguments.nanos("deadline"),
                arguments.whole("connections", 1),
                arguments.number("megapixels", LEAST_MEGAPIXELS, MOST_MEGAPIXELS),
                arguments.whole("seed", 0),
                arguments.number("goodput", 0, 100) / 100,
                arguments.text("client-header"),
                arguments.whole("pid", 0),
                Path.of(arguments.text("out")));
    }

    LoadOptions load() {
        return load(lengthNanos);
    }

    /** The same for a run of that length. */
    LoadOptions load(long nanos) {
        return new LoadOptions(nanos, connections, patienceNanos(), WINDOW_NANOS);
    }

    /** @errors {@link IllegalArgumentException} if it was not said which it is */
    ServerProcess process() {
        if (pid == 0) {
            throw new IllegalArgumentException(
                    "memory is read from the server's process on this machine: add --pid PID");
        }
        return new ServerProcess(pid);
    }

    /** After which a request is given up. */
    long patienceNanos() {
        return Math.max(LEAST_PATIENCE_NANOS, PATIENCE_IN_DEADLINES * deadlineNanos);
    }
}

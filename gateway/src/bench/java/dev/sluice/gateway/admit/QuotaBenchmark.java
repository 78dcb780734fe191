package dev.sluice.gateway.admit;

import dev.sluice.worker.contract.Ticker;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One request of any of so many clients: let in or refused, by its head alone; {@code -t 2} for two front loops. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgs = "-Xmx1g")
public class QuotaBenchmark {

    @Param({"1", "1000", "1000000"})
    private int clients;

    /** None, one that lets in, one more with it, one that refuses. */
    @Param({
        "*: unlimited",
        "*: 1000000000 requests/24h",
        "*: 1000000000 requests/24h 16 concurrent",
        "*: 1 requests/24h"
    })
    private String quota = "*: unlimited";

    private String[] names = {};
    private RateLimits limits = limits(quota);

    private static RateLimits limits(String quota) {
        LimitOptions options = new LimitOptions(List.of(quota), List.of(), 1 << 20);
        return new RateLimits(options, Ticker.SYSTEM, LimitListener.NONE);
    }

    /** Every client owes something already, as after a minute of traffic. */
    @Setup
    public void fill() {
        names = IntStream.range(0, clients)
                .mapToObj(i -> "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255))
                .toArray(String[]::new);
        limits = limits(quota);
        for (String name : names) {
            request(name);
        }
    }

    private Admission request(String name) {
        Admission admission = limits.begin(name, "m");
        if (admission instanceof Admission.Admitted(Permit permit)) {
            permit.release(Verdict.SUCCESS);
        }
        return admission;
    }

    /** Which client is next. */
    @State(Scope.Thread)
    public static class Next {
        private final SplittableRandom random = new SplittableRandom();
    }

    @Benchmark
    public Admission head(Next next) {
        return request(names[next.random.nextInt(names.length)]);
    }
}

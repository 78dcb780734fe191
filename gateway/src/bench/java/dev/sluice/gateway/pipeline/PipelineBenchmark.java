package dev.sluice.gateway.pipeline;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Decoded requests to a model, from one front loop through the batcher to their answers: what batching is
 * worth without sockets and JSON. {@code 1} row is batching switched off. To be run in the directory of the launcher.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 5)
@Measurement(iterations = 4, time = 4)
@Fork(2)
public class PipelineBenchmark {

    /** Where it lies; its only input has rows of floats. */
    @Param("loadtest/models/mlp")
    private String model = "";

    @Param({"1", "32"})
    private int maxBatchRows;

    @Param("256")
    private int inFlight;

    /** In one operation. */
    @Param("20000")
    private int requests;

    private @Nullable OpenPipeline pipeline;

    @Setup
    public void start() {
        pipeline = new OpenPipeline(Path.of(model), 0, maxBatchRows);
    }

    @TearDown
    public void stop() {
        Objects.requireNonNull(pipeline).close();
    }

    @Benchmark
    public void round(Answers answers, Cpu cpu) {
        Objects.requireNonNull(pipeline).keepInFlight(inFlight, sent -> sent < requests);
        answers.requests += requests;
        cpu.requests += requests;
    }

    /** Of a second. */
    @State(Scope.Thread)
    @AuxCounters
    public static class Answers {

        public long requests;

        @Setup(Level.Iteration)
        public void begin() {
            requests = 0;
        }
    }

    /** CPU time of the whole process, the engine's included; JMH sums it over the iterations. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Cpu {

        private final OperatingSystemMXBean process =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        private long startNanos;
        private long requests;

        @Setup(Level.Iteration)
        public void begin() {
            startNanos = process.getProcessCpuTime();
            requests = 0;
        }

        public double cpuMicrosPerRequest() {
            return requests == 0 ? 0 : (process.getProcessCpuTime() - startNanos) / 1e3 / requests;
        }
    }
}

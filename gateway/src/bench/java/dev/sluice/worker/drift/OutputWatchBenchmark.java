package dev.sluice.worker.drift;

import dev.sluice.gateway.drift.Comparison;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputReport;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** What an answer costs that is not looked at, one that is, and what is done with all of them every few seconds. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgs = "-Xmx1g")
public class OutputWatchBenchmark {

    private static final ModelId MODEL = new ModelId("m", 1);
    private static final Duration WINDOW = Duration.ofNanos(OutputRing.MOST);

    /** Scores of so many classes; beyond 1,000 they are numbers. */
    @Param({"10", "1000", "150528"})
    private int columns;

    private OutputWatch watch = OutputWatch.none();
    private InferenceResponse answer = new InferenceResponse(MODEL, List.of(), new Timing(0, 0, 0, 1, 0));
    private OutputSample sample = new OutputSample("y", new int[0], new float[0], 0);
    private long nanos;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        TensorSpec output = new TensorSpec("y", DataType.FP32, new Shape(-1, columns));
        watch = OutputWatch.of(
                new Signature(List.of(), List.of(output), true),
                OutputWatch.Choice.ALL,
                new DriftOptions(true, WINDOW, 500, WINDOW),
                List.of(),
                random);
        ByteBuffer data = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (data.hasRemaining()) {
            data.putFloat((float) random.nextDouble());
        }
        answer = new InferenceResponse(
                MODEL, List.of(new Tensor("y", DataType.FP32, new Shape(1, columns), data.flip())), answer.timing());
        for (int i = 0; i < OutputRing.MOST; i++) {
            taken();
        }
        sample = report().lately().getFirst();
    }

    /** Nothing is due in this turn. */
    @Benchmark
    public void passed() {
        watch.look(answer);
    }

    /** With the end of a turn before each, which is dearer than it is: turns end for many answers together. */
    @Benchmark
    public void taken() {
        watch.turnEnds(++nanos);
        watch.look(answer);
    }

    @Benchmark
    public OutputReport report() {
        return watch.report(MODEL, "b", nanos);
    }

    @Benchmark
    public Comparison compared() {
        return Comparison.of(sample, sample);
    }
}

package dev.sluice.gateway.pipeline;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.settings.Settings;
import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.LimitListener;
import dev.sluice.gateway.admit.LimitOptions;
import dev.sluice.gateway.admit.RateLimits;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.ControlOptions;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerOptions;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.WishStore;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
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

    private static final Duration LONG = Duration.ofMinutes(1);

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

    private final Vertx vertx = Vertx.vertx();
    private final ModelDirectory models = new ModelDirectory();
    private final Context loop = vertx.getOrCreateContext();
    private @Nullable Tensor row;
    private @Nullable InferencePipeline opened;
    private @Nullable ModelEndpoint ready;

    @Setup
    public void start() {
        ReferenceCodec.register(vertx.eventBus());
        BreakerOptions breaker = Settings.of(BreakerOptions.class).load();
        Duration warmUp = Duration.ofSeconds(1);
        Path folder = Path.of(model);
        WorkerOptions options = new WorkerOptions(
                Objects.requireNonNull(folder.getParent()), 0, 0, 1, maxBatchRows, 4096, warmUp, "none", 64 << 20, LONG, breaker,
                Settings.of(ControlOptions.class).load());
        Worker worker = new Worker(
                options, BatchListener.NONE, InstanceListener.NONE, WishStore.NONE, Ticker.SYSTEM);
        AdmissionControl admission = new AdmissionControl(
                new AdmitOptions(4096, 0, "none", LONG, LONG, Duration.ZERO, Duration.ZERO),
                new RateLimits(new LimitOptions(List.of(), List.of(), 1024), Ticker.SYSTEM, LimitListener.NONE),
                Ticker.SYSTEM);
        await(models.listen(vertx.eventBus()).compose(ready -> vertx.deployVerticle(worker, Worker.deployment())));
        ready = models.newest(folder.getFileName().toString());
        row = row(ready.description().signature().inputs().getFirst());
        opened = await(onLoop(() -> InferencePipeline.open(vertx, admission, Ticker.SYSTEM)));
    }

    private static Tensor row(TensorSpec input) {
        long[] dimensions = new long[input.shape().rank()];
        int elements = 1;
        for (int axis = 0; axis < dimensions.length; axis++) {
            dimensions[axis] = Math.max(1, input.shape().dimension(axis));
            elements = (int) (elements * dimensions[axis]);
        }
        ByteBuffer values = ByteBuffer.allocateDirect(elements * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < elements; i++) {
            values.putFloat(i * Float.BYTES, i % 17 / 16f);
        }
        return new Tensor(input.name(), DataType.FP32, new Shape(dimensions), values);
    }

    @TearDown
    public void stop() {
        await(vertx.close());
    }

    private <T> Future<T> onLoop(Callable<Future<T>> work) {
        Promise<T> result = Promise.promise();
        loop.runOnContext(here -> {
            try {
                work.call().onComplete(result);
            } catch (Exception failure) {
                result.fail(failure);
            }
        });
        return result.future();
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Benchmark
    public void round(Answers answers, Cpu cpu) {
        await(onLoop(() -> new Round().begin()));
        answers.requests += requests;
        cpu.requests += requests;
    }

    /**
     * So many requests, of which so many are in flight.
     *
     * @thread the front loop
     */
    private final class Round {

        private final InferencePipeline pipeline = Objects.requireNonNull(opened);
        private final ModelEndpoint endpoint = Objects.requireNonNull(ready);
        private final List<String> outputs = endpoint.description().signature().outputs().stream()
                .map(TensorSpec::name)
                .toList();
        private final Promise<Void> over = Promise.promise();
        private int sent;
        private int answered;

        Future<Void> begin() {
            for (int i = 0; i < inFlight; i++) {
                send();
            }
            return over.future();
        }

        private void send() {
            if (sent == requests) {
                return;
            }
            sent++;
            pipeline.infer(endpoint, request()).onComplete(reply -> answered(reply.result()));
        }

        private InferenceRequest request() {
            Deadline deadline = Deadline.after(LONG, Ticker.SYSTEM.nanos());
            return new InferenceRequest(endpoint.model(), "r", List.of(Objects.requireNonNull(row)), outputs, 1, deadline);
        }

        private void answered(InferenceOutcome outcome) {
            if (!(outcome instanceof InferenceResponse)) {
                over.tryFail(outcome.toString());
            }
            answered++;
            if (answered == requests) {
                over.tryComplete();
            } else {
                send();
            }
        }
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

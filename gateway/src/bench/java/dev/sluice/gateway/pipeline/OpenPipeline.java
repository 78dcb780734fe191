package dev.sluice.gateway.pipeline;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.LimitListener;
import dev.sluice.gateway.admit.LimitOptions;
import dev.sluice.gateway.admit.RateLimits;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.ControlOptions;
import dev.sluice.worker.PipelineOptions;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.OptimizedModelOptions;
import dev.sluice.worker.Worker;
import dev.sluice.worker.WorkerOptions;
import dev.sluice.worker.breaker.BreakerOptions;
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
import dev.sluice.worker.contract.SourceListener;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.drift.DriftOptions;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.source.SourceOptions;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;

/**
 * A worker with one model and a front loop that sends it decoded requests of one row: the gateway without sockets and
 * JSON.
 *
 * @thread the caller's, which waits for the front loop
 */
final class OpenPipeline implements AutoCloseable {

    private static final Duration LONG = Duration.ofMinutes(1);

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final ModelEndpoint endpoint;
    private final InferencePipeline pipeline;
    private final Tensor row;
    private final List<String> outputs;

    /**
     * @param folder of a model whose only input has rows of floats
     * @param instances 0 for one for each core
     */
    OpenPipeline(Path folder, int instances, int maxBatchRows) {
        ReferenceCodec.register(vertx.eventBus());
        WorkerOptions options = new WorkerOptions(
                List.of(Objects.requireNonNull(folder.getParent())), instances, 0, 1, maxBatchRows, 4096,
                Duration.ofSeconds(1), "none", 64 << 20, LONG, Settings.of(BreakerOptions.class).load(),
                Settings.of(ControlOptions.class).load(), Settings.of(DriftOptions.class).load(),
                Settings.of(PipelineOptions.class).load(),
                Settings.of(SourceOptions.class).load(),
                new OptimizedModelOptions("none", 0),
                Path.of("none"));
        Worker worker = new Worker(
                options,
                new Worker.Listeners(BatchListener.NONE, InstanceListener.NONE, SourceListener.NONE),
                WishStore.NONE,
                Ticker.SYSTEM);
        AdmissionControl admission = new AdmissionControl(
                new AdmitOptions(4096, 0, "none", LONG, LONG, Duration.ZERO, Duration.ZERO),
                new RateLimits(new LimitOptions(List.of(), List.of(), 1024), Ticker.SYSTEM, LimitListener.NONE),
                Ticker.SYSTEM);
        ModelDirectory models = new ModelDirectory();
        await(models.listen(vertx.eventBus()).compose(ready -> vertx.deployVerticle(worker, Worker.deployment())));
        this.endpoint = models.newest(folder.getFileName().toString());
        this.row = row(endpoint.description().signature().inputs().getFirst());
        this.outputs = endpoint.description().signature().outputs().stream()
                .map(TensorSpec::name)
                .toList();
        this.pipeline = await(onLoop(() -> InferencePipeline.open(vertx, admission, Ticker.SYSTEM)));
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

    /**
     * Keeps so many requests in flight as long as wanted, and waits for all answers.
     *
     * @param more whether one more is to be sent, asked with the number of those that were
     * @return how many were answered
     */
    int keepInFlight(int inFlight, IntPredicate more) {
        return await(onLoop(() -> new Round(more).begin(inFlight)));
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

    @Override
    public void close() {
        await(vertx.close());
    }

    /**
     * Requests, each of which sends the next when it is answered.
     *
     * @thread the front loop
     */
    private final class Round {

        private final Promise<Integer> over = Promise.promise();
        private final IntPredicate more;
        private int sent;
        private int answered;

        Round(IntPredicate more) {
            this.more = more;
        }

        Future<Integer> begin(int inFlight) {
            for (int i = 0; i < inFlight; i++) {
                send();
            }
            return over.future();
        }

        private void send() {
            if (more.test(sent)) {
                sent++;
                pipeline.infer(endpoint, request()).onComplete(reply -> answered(reply.result()));
            }
        }

        private InferenceRequest request() {
            Deadline deadline = Deadline.after(LONG, Ticker.SYSTEM.nanos());
            return new InferenceRequest(endpoint.model(), "r", List.of(row), outputs, 1, deadline);
        }

        private void answered(InferenceOutcome outcome) {
            if (!(outcome instanceof InferenceResponse)) {
                over.tryFail(outcome.toString());
            }
            answered++;
            send();
            if (answered == sent) {
                over.tryComplete(answered);
            }
        }
    }
}

package dev.sluice.worker;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchGather;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.ModelInstance;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.UUID;

/**
 * One instance: a thread that runs the batches of one model, one at a time.
 *
 * @thread a worker thread of its own; the model is shared with the other instances
 * @bound one batch
 * @errors InvalidRequest when the engine finds the inputs at fault, otherwise EngineFailure, its cause logged here
 * @owns the engine's instance and the memory that batches are joined in
 */
final class WorkerVerticle extends VerticleBase {

    /** Made beforehand: what a batch gets when there is not even memory left to say what happened. */
    private static final BatchResult UNTOLD =
            new BatchResult.Failed(new InferenceError.EngineFailure("none: it could not be logged"), true);

    private final String address;
    private final ModelId model;
    private final FailureLog failures;
    private final ModelInstance engine;
    private final InstanceOptions options;
    private final Ticker ticker;
    private final BatchGather gather;
    private long reportedBytes;

    WorkerVerticle(String address, FailureLog failures, ModelInstance engine, InstanceOptions options, Ticker ticker) {
        this.address = address;
        this.model = failures.model();
        this.failures = failures;
        this.engine = engine;
        this.options = options;
        this.ticker = ticker;
        this.gather = new BatchGather(
                options.maxBatchRows(), options.batchMemoryBytes() - engine.memoryBytes(), options.ragged());
    }

    @Override
    public Future<?> start() {
        reportMemory(engine.memoryBytes());
        return vertx.eventBus().localConsumer(address, this::onBatch).completion();
    }

    @Override
    public Future<?> stop() {
        engine.close();
        reportMemory(0);
        return Future.succeededFuture();
    }

    private void onBatch(Message<Batch> message) {
        BatchResult result = UNTOLD;
        try {
            result = run(message.body());
        } finally {
            message.reply(result); // whatever happens: a batch without a reply would cost this instance
            reportMemory(engine.memoryBytes() + gather.keptBytes());
        }
    }

    private BatchResult run(Batch batch) {
        try {
            long start = ticker.nanos();
            List<Tensor> inputs = gather.gather(batch);
            long gathered = ticker.nanos();
            List<Tensor> outputs = engine.run(batch, inputs, batch.first().outputs());
            return new BatchResult.Ran(outputs, gathered - start, ticker.nanos() - gathered);
        } catch (InferenceException refused) {
            return new BatchResult.Failed(refused.error());
        } catch (Throwable failure) {
            if (isBecause(EngineRunException.Reason.WITHDRAWN, failure)) {
                return new BatchResult.Withdrawn();
            }
            String id = UUID.randomUUID().toString();
            if (isBecause(EngineRunException.Reason.TERMINATED, failure)) {
                failures.ended(address, batch);
            } else {
                failures.failed(id, batch, failure);
            }
            return new BatchResult.Failed(new InferenceError.EngineFailure(id), isOutOfMemory(failure));
        }
    }

    private static boolean isOutOfMemory(Throwable failure) {
        return failure instanceof OutOfMemoryError || isBecause(EngineRunException.Reason.OUT_OF_MEMORY, failure);
    }

    private static boolean isBecause(EngineRunException.Reason reason, Throwable failure) {
        return failure instanceof EngineRunException engine && engine.reason() == reason;
    }

    private void reportMemory(long bytes) {
        if (bytes != reportedBytes) {
            options.listener().batchMemory(model, bytes - reportedBytes);
            reportedBytes = bytes;
        }
    }
}

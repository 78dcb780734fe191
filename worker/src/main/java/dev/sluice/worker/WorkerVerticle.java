package dev.sluice.worker;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchGather;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.LoadedModel;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance: a thread that runs the batches of one model, one at a time.
 *
 * @thread a worker thread of its own; the model is shared with the other instances
 * @bound one batch
 * @errors InvalidRequest when the engine finds the inputs at fault, otherwise EngineFailure, its cause logged here
 */
final class WorkerVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerVerticle.class);

    private final String address;
    private final LoadedModel model;
    private final Ticker ticker;
    private final BatchGather gather = new BatchGather();

    WorkerVerticle(String address, LoadedModel model, Ticker ticker) {
        this.address = address;
        this.model = model;
        this.ticker = ticker;
    }

    @Override
    public Future<?> start() {
        return vertx.eventBus().localConsumer(address, this::onBatch).completion();
    }

    private void onBatch(Message<Batch> message) {
        message.reply(run(message.body()));
    }

    private BatchResult run(Batch batch) {
        try {
            long start = ticker.nanos();
            List<Tensor> inputs = gather.gather(batch);
            long gathered = ticker.nanos();
            List<Tensor> outputs = model.run(inputs, batch.first().outputs());
            return new BatchResult.Ran(outputs, gathered - start, ticker.nanos() - gathered);
        } catch (InferenceException refused) {
            return new BatchResult.Failed(refused.error());
        } catch (Throwable failure) { // whatever it is: a batch without a reply would cost this instance
            String id = UUID.randomUUID().toString();
            logFailure(id, batch, failure);
            return new BatchResult.Failed(new InferenceError.EngineFailure(id));
        }
    }

    /** A batch of several is going to run again, one by one, and then the culprit shows itself. */
    private static void logFailure(String id, Batch batch, Throwable failure) {
        InferenceRequest first = batch.first();
        if (batch.size() > 1) {
            LOG.warn("a batch of {} rows failed for model {}: {}", batch.rows(), first.model(), failure.toString());
        } else {
            LOG.error("engine failure {} of request {} for model {}", id, first.requestId(), first.model(), failure);
        }
    }
}

package dev.sluice.worker;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.EngineRunException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the log says of batches of one model that failed: a line for each, and a stack trace now and then, for a client
 * that has found out what the engine fails on can have as many failures as it likes.
 *
 * @thread any: the model's worker threads share it
 * @bound a stack trace in a minute
 */
final class FailureLog {

    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    private static final long BETWEEN_TRACES_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final ModelId model;
    private final Ticker ticker;
    private final AtomicLong nextTraceNanos;

    FailureLog(ModelId model, Ticker ticker) {
        this.model = model;
        this.ticker = ticker;
        this.nextTraceNanos = new AtomicLong(ticker.nanos());
    }

    ModelId model() {
        return model;
    }

    /** That the call was ended, at the wish of whoever lost patience. */
    void ended(String address, Batch batch) {
        LOG.info("the call of {} was ended, {} rows", address, batch.rows());
    }

    /** That a batch failed; one of several is going to run again, in parts, until the culprit shows itself. */
    void failed(String failureId, Batch batch, Throwable why) {
        if (batch.size() > 1) {
            LOG.warn("a batch of {} rows failed for model {}: {}", batch.rows(), model, inOneLine(why));
            return;
        }
        String requestId = batch.first().requestId();
        LOG.error("engine failure {} of request {} for model {}: {}", failureId, requestId, model, inOneLine(why));
        if (isTraceDue()) {
            LOG.error("engine failure {} in full; no other of model {} within a minute", failureId, model, why);
        }
    }

    private boolean isTraceDue() {
        long nowNanos = ticker.nanos();
        long dueNanos = nextTraceNanos.get();
        return nowNanos - dueNanos >= 0 && nextTraceNanos.compareAndSet(dueNanos, nowNanos + BETWEEN_TRACES_NANOS);
    }

    private static String inOneLine(Throwable why) {
        String message = why instanceof EngineRunException ? String.valueOf(why.getMessage()) : why.toString();
        return message.replaceAll("\\R", " ");
    }
}

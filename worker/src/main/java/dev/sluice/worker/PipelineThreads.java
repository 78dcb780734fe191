package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.ThreadRank;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.pipeline.Computation;
import dev.sluice.worker.pipeline.Room;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes what stands between the stages of pipelines, which an event loop must not do, and counts the memory that it takes.
 *
 * @thread asked from any; its threads begin with the first work, and end when there has been none for a minute
 * @bound {@code worker.pipelines.threads} at one time, {@code max_queue} that wait, {@code memory} for what they make
 * @errors Overloaded beyond that
 */
final class PipelineThreads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineThreads.class);

    /** The account of a request that is over. */
    private static final long CLOSED = -1;

    private final PipelineOptions options;
    private final InstanceListener listener;
    private final Ticker ticker;
    private final ThreadPoolExecutor threads;
    private final AtomicLong takenBytes = new AtomicLong();

    PipelineThreads(PipelineOptions options, InstanceListener listener, Ticker ticker) {
        this.options = options;
        this.listener = listener;
        this.ticker = ticker;
        this.threads = ThreadRank.LAST.pool(
                "sluice-pipeline-", options.threadCount(), new ArrayBlockingQueue<>(options.maxQueue()));
    }

    /**
     * Has it computed for a request.
     *
     * @param end told once: perhaps before this returns, or by the thread that has done it
     */
    void compute(Computation computation, Account account, Consumer<InferenceOutcome> end) {
        long asked = ticker.nanos();
        try {
            threads.execute(() -> end.accept(computed(computation, account, ticker.nanos() - asked)));
        } catch (RejectedExecutionException noPlace) {
            end.accept(new InferenceError.Overloaded(
                    options.maxQueue() + " requests wait between the stages of pipelines (worker.pipelines.max_queue)",
                    InferenceError.RETRY_SOON_MILLIS));
        }
    }

    /** Computes it here and now. */
    InferenceOutcome computed(Computation computation, Account account, long waitedNanos) {
        if (account.isOver()) {
            return new InferenceError.Cancelled();
        }
        long start = ticker.nanos();
        try {
            List<Tensor> outputs = computation.run(account);
            long end = ticker.nanos();
            return new InferenceResponse(
                    account.model, outputs, new InferenceResponse.Timing(waitedNanos, end - start, 0, 0, end));
        } catch (InferenceException refused) {
            return refused.error();
        } catch (RuntimeException | OutOfMemoryError defect) {
            String failureId = UUID.randomUUID().toString();
            LOG.error("failure {} between the stages of pipeline {}", failureId, account.model, defect);
            return new InferenceError.EngineFailure(failureId);
        }
    }

    /** What all requests have taken together. */
    long takenBytes() {
        return takenBytes.get();
    }

    /** For a request that begins. */
    Account account(ModelId model) {
        return new Account(model);
    }

    /**
     * The memory that a request has taken between its stages, until it gives it back or is over.
     *
     * @thread any
     */
    final class Account implements Room {

        private final ModelId model;
        private final AtomicLong bytes = new AtomicLong();

        private Account(ModelId model) {
            this.model = model;
        }

        @Override
        public void take(long more) {
            if (more > options.memory()) {
                throw InferenceException.invalid(
                        "",
                        "what it makes takes " + more + " bytes, and there are at most " + options.memory()
                                + " (worker.pipelines.memory)");
            }
            if (takenBytes.addAndGet(more) > options.memory()) {
                takenBytes.addAndGet(-more);
                throw new InferenceException(new InferenceError.Overloaded(
                        "there is no memory between the stages of pipelines now (worker.pipelines.memory)",
                        InferenceError.RETRY_SOON_MILLIS));
            }
            if (bytes.accumulateAndGet(more, (has, taken) -> has == CLOSED ? CLOSED : has + taken) == CLOSED) {
                takenBytes.addAndGet(-more);
                throw new InferenceException(new InferenceError.Cancelled());
            }
            listener.pipelineMemory(model, more);
        }

        @Override
        public void give(long less) {
            if (bytes.accumulateAndGet(less, (has, given) -> has == CLOSED ? CLOSED : has - given) != CLOSED) {
                takenBytes.addAndGet(-less);
                listener.pipelineMemory(model, -less);
            }
        }

        @Override
        public boolean isOver() {
            return bytes.get() == CLOSED;
        }

        /** It is over; may be said again. */
        void close() {
            long had = bytes.getAndSet(CLOSED);
            if (had > 0) {
                takenBytes.addAndGet(-had);
                listener.pipelineMemory(model, -had);
            }
        }
    }

    /** Begins nothing more; what waits is dropped with the pipelines that wait for it. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}

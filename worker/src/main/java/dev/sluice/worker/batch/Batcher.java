package dev.sluice.worker.batch;

import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the requests for one model and hands them to its instances as batches.
 *
 * <p>One poisoned request must not fail its neighbours: when a batch of several fails, its members run again one by
 * one, and only the failure of a request that ran alone is final. The same path makes a model right that has a variable
 * axis 0 which does not count rows: its outputs cannot be cut apart, so from then on it runs one request at a time.
 *
 * @thread owned by one event loop, the batcher loop of the model
 * @units delays in nanoseconds of {@link Ticker}; sizes in rows
 * @bound the queue's; work is O(1) for a request plus O(members) for a batch
 * @errors Overloaded when the queue is full, DeadlineExceeded when a request expires here, Cancelled when its client
 *     has gone, EngineFailure or
 *     InvalidRequest from the engine; never throws
 * @owns a request from {@link #enqueue} until its completion, which is called exactly once
 * @source TensorFlow Serving's BatchScheduler (ownership; rows and requests counted apart)
 */
public final class Batcher {

    private static final Logger LOG = LoggerFactory.getLogger(Batcher.class);

    /** So few rows that no second request fits, not even one without rows. */
    private static final int ONE_REQUEST_AT_A_TIME = -1;

    private final ModelId model;
    private final BatchPolicy policy;
    private final BatchRunner instances;
    private final Ticker ticker;
    private final BatchListener listener;
    private final BatchQueue queue;
    private final ArrayDeque<QueuedRequest> toRunAlone = new ArrayDeque<>();
    private final Set<Batch> running = Collections.newSetFromMap(new IdentityHashMap<>());
    private boolean axisCountsRows = true;
    private @Nullable Thread owner;

    public Batcher(ModelId model, BatcherOptions options, BatchRunner instances, Ticker ticker) {
        this.model = model;
        this.policy = options.policy();
        this.queue = new BatchQueue(options.maxQueueRequests());
        this.listener = options.listener();
        this.instances = instances;
        this.ticker = ticker;
    }

    /** Takes a request; {@code completion} hears of it exactly once, perhaps before this returns. */
    public void enqueue(InferenceRequest request, Completion completion) {
        assert onOwnThread();
        long now = ticker.nanos();
        QueuedRequest queued = new QueuedRequest(request, now, completion);
        if (queued.isUnwanted(now)) {
            queued.drop("enqueue");
            return;
        }
        if (queue.isFull()) {
            queue.removeUnwanted(now, unwanted -> unwanted.drop("queue"));
        }
        if (queue.isFull()) {
            queued.complete(new InferenceError.Overloaded(
                    "the queue of model " + model + " is full (" + queue.requests() + " requests)",
                    InferenceError.RETRY_SOON_MILLIS));
            return;
        }
        queue.add(queued);
    }

    /** Answers everything that still waits with {@code why}; what already runs is completed when it returns. */
    public void refuseQueued(InferenceError why) {
        assert onOwnThread();
        toRunAlone.forEach(queued -> queued.complete(why));
        toRunAlone.clear();
        while (!queue.isEmpty()) {
            queue.take(ONE_REQUEST_AT_A_TIME).members().forEach(queued -> queued.complete(why));
        }
        listener.queued(model, queue.requests(), queue.rows());
    }

    /** Answers with {@code why} what runs, too, and forgets it: an engine call cannot be taken back, only left alone. */
    public void abandonRunning(InferenceError why) {
        assert onOwnThread();
        List<Batch> abandoned = List.copyOf(running);
        running.clear();
        abandoned.forEach(batch -> completeRest(batch, why));
    }

    private boolean onOwnThread() {
        if (owner == null) {
            owner = Thread.currentThread();
        }
        return owner.equals(Thread.currentThread());
    }

    /** Fills the idle instances; to be called after every event, or once after several that came together. */
    public void dispatch() {
        assert onOwnThread();
        long now = ticker.nanos();
        while (!toRunAlone.isEmpty() && instances.idleInstances() > 0) {
            run(Batch.alone(toRunAlone.remove()), now);
        }
        while (policy.decide(queue.requests(), queue.rows(), instances.idleInstances(), now)
                instanceof BatchDecision.Flush(int maxRows)) {
            run(queue.take(axisCountsRows ? maxRows : ONE_REQUEST_AT_A_TIME), now);
        }
        listener.queued(model, queue.requests(), queue.rows());
    }

    private void run(Batch batch, long now) {
        Batch wanted = withoutUnwanted(batch, now);
        if (wanted.size() == 0) {
            return;
        }
        for (QueuedRequest member : wanted.members()) {
            listener.waited(model, now - member.enqueuedNanos());
        }
        listener.flushed(model, wanted.size(), wanted.rows());
        running.add(wanted);
        instances.run(wanted, result -> finish(wanted, now, result));
    }

    private void finish(Batch batch, long formedNanos, BatchResult result) {
        assert onOwnThread();
        try {
            if (running.remove(batch)) {
                switch (result) {
                    case BatchResult.Ran ran -> succeed(batch, formedNanos, ran);
                    case BatchResult.Failed failed -> fail(batch, failed.error());
                }
            }
        } catch (RuntimeException defect) {
            String failureId = UUID.randomUUID().toString();
            LOG.error("failure {} in cutting apart a batch of model {}", failureId, model, defect);
            completeRest(batch, new InferenceError.EngineFailure(failureId));
        } finally {
            dispatch();
        }
    }

    private static void completeRest(Batch batch, InferenceError why) {
        for (QueuedRequest member : batch.members()) {
            if (!member.isCompleted()) {
                member.complete(why);
            }
        }
    }

    private void succeed(Batch batch, long formedNanos, BatchResult.Ran ran) {
        listener.ran(model, ran.gatherNanos(), ran.runNanos());
        if (batch.size() > 1 && !BatchSplit.fits(ran.outputs(), batch.rows())) {
            stopBatching(ran.outputs());
            toRunAlone.addAll(batch.members());
            return;
        }
        long start = ticker.nanos();
        List<List<Tensor>> parts = batch.size() == 1 ? List.of(ran.outputs()) : split(batch, ran.outputs());
        answered(batch, formedNanos, ran, ticker.nanos() - start);
        for (int i = 0; i < batch.size(); i++) {
            QueuedRequest member = batch.members().get(i);
            Timing timing = new Timing(formedNanos - member.enqueuedNanos(), ran.runNanos(), batch.rows());
            member.complete(new InferenceResponse(model, parts.get(i), timing));
        }
    }

    private static List<List<Tensor>> split(Batch batch, List<Tensor> outputs) {
        BatchSplit split = new BatchSplit(outputs);
        List<List<Tensor>> parts = new ArrayList<>(batch.size());
        for (QueuedRequest member : batch.members()) {
            parts.add(split.next(member.request().rows()));
        }
        return parts;
    }

    /** Before the members hear of it, so that whoever has an answer finds it counted. */
    private void answered(Batch batch, long formedNanos, BatchResult.Ran ran, long splitNanos) {
        long queueNanos = 0;
        for (QueuedRequest member : batch.members()) {
            queueNanos += formedNanos - member.enqueuedNanos();
        }
        listener.answered(
                model,
                new AnsweredBatch(
                        batch.size(), batch.rows(), queueNanos, ran.gatherNanos(), ran.runNanos(), splitNanos));
    }

    private void fail(Batch batch, InferenceError error) {
        listener.failed(model);
        if (batch.size() == 1) {
            batch.members().getFirst().complete(error);
        } else {
            toRunAlone.addAll(batch.members());
        }
    }

    private void stopBatching(List<Tensor> outputs) {
        if (axisCountsRows) {
            axisCountsRows = false;
            LOG.warn(
                    "model {} answered a batch with {}: axis 0 does not count rows, so it serves one request at a time"
                            + " from now on (set batching: off in its model.yaml)",
                    model,
                    outputs);
        }
    }

    private static Batch withoutUnwanted(Batch batch, long now) {
        if (batch.members().stream().noneMatch(member -> member.isUnwanted(now))) {
            return batch;
        }
        List<QueuedRequest> wanted = new ArrayList<>();
        int rows = 0;
        for (QueuedRequest member : batch.members()) {
            if (member.isUnwanted(now)) {
                member.drop("queue");
            } else {
                wanted.add(member);
                rows += member.request().rows();
            }
        }
        return new Batch(wanted, rows);
    }
}

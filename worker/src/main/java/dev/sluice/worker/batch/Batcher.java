package dev.sluice.worker.batch;

import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the requests for one model and hands them to its instances as batches.
 *
 * <p>Whoever waits is out at its deadline, or when it is cancelled, and so is whoever runs, whose answer is discarded then:
 * its neighbours in the batch get theirs. So a client needs no timer of its own.
 *
 * <p>One poisoned request must not fail its neighbours: when a batch of several fails, its halves run again, and the
 * halves of those that fail ({@link Suspects}); only the failure of a request that ran alone is final. When there was
 * too little memory for a batch, its halves run, and later ones are smaller ({@link MemoryLimit}). The same path makes
 * a model right that has a variable axis 0 which does not count rows: its outputs cannot be cut apart, so from then on
 * it runs one request at a time.
 *
 * @thread owned by one event loop, the batcher loop of the model
 * @units delays in nanoseconds of {@link Ticker}; sizes in rows
 * @bound the queue's; work for a request is O(log of those that are open), plus O(members) for a batch
 * @errors Overloaded when the queue is full or others displace a request, DeadlineExceeded at its deadline, or before
 *     when it cannot be met any more, Cancelled when its client has gone, EngineFailure or InvalidRequest from the
 *     engine; never throws
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
    private final BatchTimer timer;
    private final BatchListener listener;
    private final LatencyModel latency;
    private final BatchQueue queue;
    private final BatchFormation formation;
    private final BatchKinds kinds;
    private final OutputTrim trim;
    private final RunningBatches running = new RunningBatches();

    /** Those that have left the queue and have no outcome: they run, or wait to run once more. */
    private final DeadlineHeap taken = new DeadlineHeap();

    private final Suspects suspects = new Suspects();
    private final MemoryLimit memory = new MemoryLimit();
    private final @Nullable AnswersInOrder order;
    private boolean axisCountsRows = true;
    private boolean wakeUpIsDue;
    private long wakeUpNanos;
    private @Nullable Thread owner;

    public Batcher(ModelId model, BatcherOptions options, BatchRunner instances, Ticker ticker, BatchTimer timer) {
        this.model = model;
        this.policy = options.policy();
        this.latency = new LatencyModel(options.profile());
        this.queue = new BatchQueue(options.maxQueueRequests(), latency::nanos);
        this.formation = new BatchFormation(queue, latency, memory);
        this.kinds = new BatchKinds(options.shapes().ragged());
        this.trim = new OutputTrim(options.shapes().ragged());
        this.listener = options.listener();
        this.order = options.preserveOrdering() ? new AnswersInOrder() : null;
        this.instances = instances;
        this.ticker = ticker;
        this.timer = timer;
    }

    /** Takes a request; {@code completion} hears of it exactly once, perhaps before this returns. */
    public Pending enqueue(InferenceRequest request, Completion completion) {
        return enqueue(request, ticker.nanos(), inTurn(completion));
    }

    /** Has an answer wait for those of earlier requests, if that is wanted; to be called in the order of coming. */
    Completion inTurn(Completion completion) {
        return order == null ? completion : order.inTurn(completion);
    }

    /** Takes what is part of a request that came at that time. */
    Pending enqueue(InferenceRequest request, long cameNanos, Completion completion) {
        assert onOwnThread();
        long now = ticker.nanos();
        QueuedRequest queued = new QueuedRequest(request, kinds.of(request), cameNanos, completion);
        if (queued.isUnwanted(now)) {
            queued.drop("enqueue");
            return () -> {};
        }
        if (queue.isFull()) {
            dispatch(); // what came together is full before it has been looked at, and instances may be idle
        }
        InferenceError refusal = refusal(queued, now);
        if (refusal != null) {
            queued.complete(refusal);
            return () -> {};
        }
        queue.add(queued);
        return () -> cancel(queued);
    }

    private @Nullable InferenceError refusal(QueuedRequest queued, long now) {
        InferenceError tooLate =
                instances.idleInstances() > 0 ? null : formation.refusal(queued, running.nextBackNanos(now), now);
        if (tooLate != null || !queue.isFull() || makesRoomFor(queued)) {
            return tooLate;
        }
        return overloaded("the queue of model " + model + " is full (" + queue.requests() + " requests)");
    }

    private boolean makesRoomFor(QueuedRequest newcomer) {
        QueuedRequest displaced = queue.makeRoomFor(newcomer);
        if (displaced == null) {
            return false;
        }
        displaced.complete(overloaded("the queue of model " + model
                + " is full, and the place went to a client with fewer in it or to a higher priority"));
        return true;
    }

    private static InferenceError overloaded(String message) {
        return new InferenceError.Overloaded(message, InferenceError.RETRY_SOON_MILLIS);
    }

    private void cancel(QueuedRequest queued) {
        assert onOwnThread();
        if (queued.isCompleted()) {
            return;
        }
        if (queue.remove(queued)) {
            queued.complete(new InferenceError.Cancelled());
            listener.queued(model, queue.requests(), queue.rows());
        } else {
            settle(queued, new InferenceError.Cancelled());
        }
    }

    /** To be called at the time that the timer was asked for. */
    public void wake() {
        assert onOwnThread();
        wakeUpIsDue = false;
        dispatch();
    }

    /** What has been learnt of the model's latency. */
    public LatencyModel latency() {
        return latency;
    }

    /** Answers everything that still waits with {@code why}; what already runs is completed when it returns. */
    public void refuseQueued(InferenceError why) {
        assert onOwnThread();
        suspects.takeAll().forEach(queued -> settle(queued, why));
        while (!queue.isEmpty()) {
            queue.due().poll().complete(why);
        }
        listener.queued(model, queue.requests(), queue.rows());
    }

    /** Answers with {@code why} what runs, too, and forgets it: an engine call cannot be taken back, only left alone. */
    public void abandonRunning(InferenceError why) {
        assert onOwnThread();
        running.forget().forEach(batch -> settleRest(batch, why));
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
        dropExpired(now);
        runAgain(now);
        BatchDecision decision = policy.decide(state(), latency, now);
        while (decision instanceof BatchDecision.Flush(int maxRows)) {
            run(next(axisCountsRows ? maxRows : ONE_REQUEST_AT_A_TIME, now), now);
            decision = policy.decide(state(), latency, now);
        }
        listener.queued(model, queue.requests(), queue.rows());
        askForWakeUp(decision);
    }

    private void runAgain(long now) {
        while (instances.idleInstances() > 0) {
            Batch next = suspects.next(memory);
            if (next == null) {
                return;
            }
            run(next, now);
        }
    }

    private QueueState state() {
        long oldest = queue.isEmpty() ? 0 : queue.oldestEnqueuedNanos();
        int nextRows = queue.isEmpty() ? 0 : queue.due().rows();
        int idle = instances.idleInstances();
        return new QueueState(
                queue.requests(), queue.rows(), nextRows, oldest, idle, idle + running.size(), running.started());
    }

    private Batch next(int maxRows, long now) {
        Batch batch = formation.next(maxRows, running.busyNanos(instances.idleInstances(), now), now);
        queue.formed(batch);
        batch.members().forEach(taken::add);
        batch.members().forEach(QueuedRequest::taken);
        return batch;
    }

    private void dropExpired(long now) {
        for (QueuedRequest first = queue.firstToExpire(); first != null && first.isUnwanted(now); ) {
            queue.remove(first);
            first.drop("queue");
            first = queue.firstToExpire();
        }
        for (QueuedRequest first = taken.first(); first != null && first.isUnwanted(now); first = taken.first()) {
            taken.remove(first);
            first.drop(first.waitsAgain ? "queue" : "execution");
        }
    }

    private void askForWakeUp(BatchDecision decision) {
        if (decision instanceof BatchDecision.WaitUntil(long nanos)) {
            askForWakeUp(nanos);
        }
        QueuedRequest first = DeadlineHeap.earlier(queue.firstToExpire(), taken.first());
        if (first != null) {
            askForWakeUp(first.deadlineNanos());
        }
    }

    /** A wake-up that comes too early does no harm, so one that was asked for is never taken back. */
    private void askForWakeUp(long nanos) {
        if (!wakeUpIsDue || nanos - wakeUpNanos < 0) {
            wakeUpIsDue = true;
            wakeUpNanos = nanos;
            timer.wakeAt(nanos);
        }
    }

    private void run(Batch batch, long now) {
        Batch wanted = withoutUnwanted(batch, now);
        if (wanted.size() == 0) {
            return;
        }
        for (QueuedRequest member : wanted.members()) {
            if (member.search == null && member.isCounted()) { // or it has been counted when it ran for the first time
                listener.waited(model, now - member.enqueuedNanos());
            }
        }
        listener.flushed(model, wanted.size(), wanted.rows());
        RunningBatches.Run run = running.start(wanted, now, now + latency.nanos(wanted.rows()));
        instances.run(wanted, result -> finish(run, result));
    }

    private void finish(RunningBatches.Run run, BatchResult result) {
        assert onOwnThread();
        try {
            if (running.end(run)) {
                switch (result) {
                    case BatchResult.Ran ran -> succeed(run, ran);
                    case BatchResult.Failed failed -> fail(run.batch(), failed);
                }
            }
        } catch (RuntimeException defect) {
            String failureId = UUID.randomUUID().toString();
            LOG.error("failure {} in cutting apart a batch of model {}", failureId, model, defect);
            settleRest(run.batch(), new InferenceError.EngineFailure(failureId));
        } finally {
            dispatch();
        }
    }

    private void settle(QueuedRequest member, InferenceOutcome outcome) {
        taken.remove(member);
        member.complete(outcome);
    }

    private void settleRest(Batch batch, InferenceError why) {
        batch.stillWanted().forEach(member -> settle(member, why));
    }

    private void succeed(RunningBatches.Run run, BatchResult.Ran ran) {
        Batch batch = run.batch();
        latency.observe(batch.rows(), ticker.nanos() - run.formedNanos());
        listener.ran(model, ran.gatherNanos(), ran.runNanos());
        if (batch.size() > 1 && !canBeCut(batch, ran.outputs())) {
            stopBatching(ran.outputs());
            suspects.separate(batch);
            return;
        }
        memory.ran(batch);
        long start = ticker.nanos();
        List<List<Tensor>> parts = batch.size() == 1 ? List.of(ran.outputs()) : trim.apart(ran.outputs(), batch);
        answered(run, ran, ticker.nanos() - start);
        for (int i = 0; i < batch.size(); i++) {
            QueuedRequest member = batch.members().get(i);
            if (!member.isCompleted()) {
                Timing timing = new Timing(
                        run.formedNanos() - member.enqueuedNanos(), ran.gatherNanos(), ran.runNanos(), batch.rows());
                settle(member, new InferenceResponse(model, parts.get(i), timing));
            }
        }
    }

    private boolean canBeCut(Batch batch, List<Tensor> outputs) {
        return BatchSplit.fits(outputs, batch.rows()) && trim.fits(batch, outputs);
    }

    /** Before the members hear of it, so that whoever has an answer finds it counted. */
    private void answered(RunningBatches.Run run, BatchResult.Ran ran, long splitNanos) {
        long queueNanos = 0;
        int requests = 0;
        int rows = 0;
        List<QueuedRequest> wanted = run.batch().stillWanted();
        for (QueuedRequest member : wanted) {
            if (member.isCounted()) {
                queueNanos += run.formedNanos() - member.enqueuedNanos();
                requests++;
            }
            rows += member.request().rows();
        }
        if (!wanted.isEmpty()) {
            listener.answered(
                    model,
                    new AnsweredBatch(requests, rows, queueNanos, ran.gatherNanos(), ran.runNanos(), splitNanos));
        }
    }

    private void fail(Batch batch, BatchResult.Failed failed) {
        listener.failed(model);
        if (batch.size() == 1) {
            settleRest(batch, failed.error());
        } else if (failed.tooLarge()) {
            memory.ranOut(batch);
            LOG.warn("model {} ran out of memory with {} rows; batches carry {} now", model, batch.rows(), memory);
            suspects.halve(batch);
        } else {
            suspects.search(batch);
        }
    }

    private void stopBatching(List<Tensor> outputs) {
        if (axisCountsRows) {
            axisCountsRows = false;
            LOG.warn(
                    "model {} answered a batch with {}: axis 0 does not count rows, or not all lengths are those of the"
                            + " ragged inputs, so it serves one request at a time from now on (set batching: off in its"
                            + " model.yaml)",
                    model,
                    outputs);
        }
    }

    /** Only a client that has gone is found here, for who has expired is out already. */
    private Batch withoutUnwanted(Batch batch, long now) {
        if (batch.members().stream().noneMatch(member -> member.isUnwanted(now))) {
            return batch;
        }
        for (QueuedRequest member : batch.members()) {
            if (member.isUnwanted(now)) {
                taken.remove(member);
                member.drop("queue");
            }
        }
        return Batch.of(batch.stillWanted());
    }
}

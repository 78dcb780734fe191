package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;
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

    private final ModelId model;
    private final BatchPolicy policy;
    private final BatchRunner instances;
    private final Ticker ticker;
    private final WakeUps wakeUps;
    private final Tally tally;
    private final List<LatencyPoint> profile;
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
    private @Nullable Refusal refusingAll;
    private @Nullable Thread owner;

    public Batcher(ModelId model, BatcherOptions options, BatchRunner instances, Ticker ticker, BatchTimer timer) {
        this.model = model;
        this.policy = options.policy();
        this.tally = new Tally(model, options.listener());
        this.profile = options.profile();
        this.latency = new LatencyModel(profile);
        this.queue = new BatchQueue(options.maxQueueRequests(), latency::nanos);
        this.formation = new BatchFormation(model, queue, latency, memory, this::drop);
        this.kinds = new BatchKinds(options.shapes().ragged());
        this.trim = new OutputTrim(options.shapes().ragged());
        this.order = options.preserveOrdering() ? new AnswersInOrder() : null;
        this.instances = instances;
        this.ticker = ticker;
        this.wakeUps = new WakeUps(timer);
    }

    /** Takes a request; {@code completion} hears of it exactly once, perhaps before this returns. */
    public Pending enqueue(InferenceRequest request, Completion completion) {
        return enqueue(request, ticker.nanos(), inTurn(completion));
    }

    /** Has an answer wait for those of earlier requests, if that is wanted; to be called in the order of coming. */
    Completion inTurn(Completion completion) {
        return order == null ? completion : order.inTurn(completion);
    }

    long nowNanos() {
        return ticker.nanos();
    }

    /** Takes what is part of a request that came at that time. */
    Pending enqueue(InferenceRequest request, long cameNanos, Completion completion) {
        assert onOwnThread();
        long now = ticker.nanos();
        QueuedRequest queued = new QueuedRequest(request, kinds.of(request), cameNanos, completion);
        Refusal atOnce = queued.isUnwanted(now) ? Refusal.unwantedAtArrival(queued) : refusingAll;
        if (atOnce != null) {
            drop(queued, atOnce);
            return () -> {};
        }
        if (queue.isFull()) {
            dispatch(); // what came together is full before it has been looked at, and instances may be idle
        }
        Refusal refusal = refusal(queued, now);
        if (refusal != null) {
            drop(queued, refusal);
            return () -> {};
        }
        queue.add(queued);
        return () -> cancel(queued);
    }

    private @Nullable Refusal refusal(QueuedRequest queued, long now) {
        boolean isTried = running.isNextTried(instances, queue);
        Refusal tooLate =
                isTried ? null : formation.refusal(queued, running.nextBackNanos(instances.idleInstances(), now), now);
        if (tooLate != null || !queue.isFull() || makesRoomFor(queued)) {
            return tooLate;
        }
        return Refusal.queueFull(model, queue.requests());
    }

    private boolean makesRoomFor(QueuedRequest newcomer) {
        QueuedRequest displaced = queue.makeRoomFor(newcomer);
        if (displaced == null) {
            return false;
        }
        drop(displaced, Refusal.displaced(model));
        return true;
    }

    private void drop(QueuedRequest queued, Refusal refusal) {
        tally.dropped(queued, refusal.reason());
        queued.complete(refusal.error());
    }

    private void dropTaken(QueuedRequest queued, Refusal refusal) {
        taken.remove(queued);
        drop(queued, refusal);
    }

    private void cancel(QueuedRequest queued) {
        assert onOwnThread();
        if (queued.isCompleted()) {
            return;
        }
        if (queue.remove(queued)) {
            drop(queued, Refusal.cancelledQueued());
            tally.waiting(queue);
        } else {
            dropTaken(queued, queued.waitsAgain ? Refusal.cancelledQueued() : Refusal.cancelledRunning());
        }
    }

    /** To be called at the time that the timer was asked for. */
    public void wake() {
        assert onOwnThread();
        wakeUps.came();
        dispatch();
    }

    /** What has been learnt of the model's latency. */
    public LatencyModel latency() {
        return latency;
    }

    /** What it has learned, what it would decide now, and what it has decided so far. */
    public BatchingReport report() {
        assert onOwnThread();
        long now = ticker.nanos();
        List<BatchingReport.Measured> measured = profile.stream()
                .map(point -> new BatchingReport.Measured(point.rows(), point.nanos()))
                .toList();
        return new BatchingReport(
                latency.learned(),
                measured,
                nextRows(now),
                queue.report(now),
                instances.idleInstances(),
                running.report(now),
                tally.batches(),
                tally.drops());
    }

    /** As if an instance were idle and a request waited, if that is not so. */
    private int nextRows(long now) {
        QueueState state = state().decidable(now);
        return policy.decide(state, latency, now) instanceof BatchDecision.Flush(int maxRows)
                ? axisCountsRows ? maxRows : 1
                : 0;
    }

    /** Answers with {@code why} what waits and whatever comes from now on; what runs is completed when it returns. */
    public void refuseAll(InferenceError why) {
        assert onOwnThread();
        Refusal refusal = Refusal.ofAll(why);
        refusingAll = refusal;
        suspects.takeAll().forEach(queued -> dropTaken(queued, refusal));
        while (!queue.isEmpty()) {
            drop(queue.due().poll(), refusal);
        }
        tally.waiting(queue);
    }

    /** Answers with {@code why} what runs, too, and forgets it: an engine call cannot be taken back, only left alone. */
    public void abandonRunning(InferenceError why) {
        assert onOwnThread();
        Refusal refusal = Refusal.ofAll(why);
        running.forget().forEach(batch -> batch.stillWanted().forEach(member -> dropTaken(member, refusal)));
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
        while (!suspects.isEmpty() && mayRun(suspects.nextRows())) {
            run(suspects.next(memory), now);
        }
        BatchDecision decision = decide(now);
        while (decision instanceof BatchDecision.Flush(int maxRows)
                && mayRun(Math.clamp(maxRows, 1, Math.max(1, queue.rows())))) {
            run(next(maxRows, now), now);
            decision = decide(now);
        }
        tally.waiting(queue);
        askForWakeUp(decision);
    }

    /** Nobody waits for company that is not to be had. */
    private BatchDecision decide(long now) {
        QueueState state = state();
        return axisCountsRows || !state.canFlush()
                ? policy.decide(state, latency, now)
                : new BatchDecision.Flush(BatchFormation.ONE_REQUEST_AT_A_TIME);
    }

    private boolean mayRun(int rows) {
        return instances.claim(latency.nanos(rows));
    }

    private QueueState state() {
        int idle = instances.idleInstances();
        return queue.state(idle, idle + running.size(), running.started());
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
            drop(first, Refusal.unwantedQueued(first));
            first = queue.firstToExpire();
        }
        for (QueuedRequest first = taken.first(); first != null && first.isUnwanted(now); first = taken.first()) {
            dropTaken(first, first.waitsAgain ? Refusal.unwantedQueued(first) : Refusal.unwantedRunning(first));
        }
    }

    private void askForWakeUp(BatchDecision decision) {
        if (decision instanceof BatchDecision.WaitUntil(long nanos)) {
            wakeUps.at(nanos);
        }
        QueuedRequest first = DeadlineHeap.earlier(queue.firstToExpire(), taken.first());
        if (first != null) {
            wakeUps.at(first.deadlineNanos());
        }
    }

    private void run(Batch batch, long now) {
        Batch wanted = withoutUnwanted(batch, now);
        if (wanted.size() == 0) {
            instances.unclaim();
            return;
        }
        tally.flushed(wanted, now);
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
        learn(run);
        tally.ran(ran);
        if (batch.size() > 1 && !canBeCut(batch, ran.outputs())) {
            stopBatching(ran.outputs());
            suspects.separate(batch);
            return;
        }
        memory.ran(batch);
        long start = ticker.nanos();
        List<List<Tensor>> parts = batch.size() == 1 ? List.of(ran.outputs()) : trim.apart(ran.outputs(), batch);
        tally.answered(run, ran, ticker.nanos() - start);
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

    private void learn(RunningBatches.Run run) {
        int rows = run.batch().rows();
        long taken = ticker.nanos() - run.formedNanos();
        long predicted = latency.safeNanos(rows) > 0 ? run.predictedNanos() : 0;
        latency.observe(rows, taken);
        tally.learned(predicted, taken, latency.learned());
    }

    private void fail(Batch batch, BatchResult.Failed failed) {
        tally.failed();
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
                dropTaken(member, Refusal.unwantedQueued(member));
            }
        }
        return Batch.of(batch.stillWanted(), batch.reason());
    }
}

package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
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
 * <p>Whoever waits is out at its deadline, or when it is cancelled, and so is whoever runs, whose answer is discarded
 * then: its neighbours in the batch get theirs. So a client needs no timer of its own.
 *
 * <p>One poisoned request must not fail its neighbours: when a batch of several fails, its halves run again, and theirs
 * ({@link Suspects}); only the failure of a request that ran alone is final. After one that had too little memory later
 * ones are smaller ({@link MemoryLimit}). A model whose axis 0 does not count rows runs one at a time from then on.
 *
 * @thread owned by one event loop, the batcher loop of the model
 * @units delays in nanoseconds of {@link Ticker}; sizes in rows
 * @bound the queue's; work for a request is O(log of those that are open), plus O(members) for a batch
 * @errors CircuitOpen by the gate, Overloaded when the queue is full or others displace a request, DeadlineExceeded when
 *     it is, or cannot be met, Cancelled when the client has gone, those of the engine; never throws
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
    private final Learning learning;
    private final BatchQueue queue;
    private final BatchFormation formation;
    private final BatchKinds kinds;
    private final AnswerSplit split;
    private final TakenRequests taken;
    private final BatchGate gate;
    private final RunningBatches running = new RunningBatches();
    private final Suspects suspects = new Suspects();
    private final MemoryLimit memory = new MemoryLimit();
    private final @Nullable AnswersInOrder order;
    private @Nullable Refusal refusingAll;
    private final OwnThread thread = new OwnThread();

    public Batcher(ModelId model, BatcherOptions options, BatchRunner instances, Ticker ticker, BatchTimer timer) {
        this.model = model;
        this.policy = options.policy();
        this.tally = new Tally(model, options.listener());
        this.profile = options.profile();
        this.latency = new LatencyModel(profile, policy.maxRows());
        this.learning = new Learning(latency, tally);
        this.queue = new BatchQueue(options.maxQueueRequests(), latency::nanos);
        this.formation = new BatchFormation(model, queue, latency, memory, this::drop);
        this.kinds = new BatchKinds(options.shapes().ragged());
        this.gate = options.gate();
        this.split = new AnswerSplit(options.shapes().ragged(), this::warnThatNoneIsBatched);
        this.taken = new TakenRequests(tally);
        this.order = options.preserveOrdering() ? new AnswersInOrder(tally::dropped, ticker::nanos) : null;
        this.instances = instances;
        this.ticker = ticker;
        this.wakeUps = new WakeUps(timer);
    }

    /** Takes a request; {@code completion} hears of it exactly once, perhaps before this returns. */
    public Pending enqueue(InferenceRequest request, Completion completion) {
        QueuedRequest queued = enqueue(request, null, inTurn(request, completion));
        return () -> cancel(queued);
    }

    /** Has an answer wait for those of earlier requests, if that is wanted; to be called in the order of coming. */
    Completion inTurn(InferenceRequest request, Completion completion) {
        return order == null ? completion : order.inTurn(request.deadline(), completion);
    }

    /** @param first of the same request, if that has been let in already; null for a newcomer */
    QueuedRequest enqueue(InferenceRequest request, @Nullable QueuedRequest first, Completion completion) {
        assert thread.isHere();
        long now = ticker.nanos();
        long cameNanos = first == null ? now : first.enqueuedNanos();
        QueuedRequest queued = new QueuedRequest(request, kinds.of(request), cameNanos, completion);
        if (first != null) {
            queued.follow(first);
        }
        formation.expectMoreLike(queued, now);
        Refusal refusal = refusal(queued, now);
        if (refusal != null) {
            drop(queued, refusal);
        } else {
            queue.add(queued);
        }
        return queued;
    }

    private @Nullable Refusal refusal(QueuedRequest queued, long now) {
        Refusal atOnce = queued.isUnwanted(now) ? Refusal.unwantedAtArrival(queued) : refusalOfAll();
        if (atOnce != null) {
            return atOnce;
        }
        boolean needsRoom = !queued.follows();
        if (needsRoom && queue.isFull()) {
            dispatch(); // what came together is full before it has been looked at, and instances may be idle
        }
        Refusal tooLate = running.isNextTried(instances, queue)
                ? null
                : formation.refusal(queued, running.busyNanos(instances.idleInstances(), now), now);
        if (tooLate != null || !needsRoom || !queue.isFull() || makesRoomFor(queued)) {
            return tooLate;
        }
        return Refusal.queueFull(model, queue.requests());
    }

    private @Nullable Refusal refusalOfAll() {
        return refusingAll != null ? refusingAll : Refusal.atGate(gate);
    }

    /** How many rows of such a request there is memory for, as far as is known. */
    int memoryRows(InferenceRequest request) {
        return memory.rows(request);
    }

    /** To be told of a request in pieces, before its client hears of it. */
    Tally tally() {
        return tally;
    }

    /** What a client is told of a defect of ours, which the log describes. */
    InferenceError failed(String doing, Throwable defect) {
        String failureId = UUID.randomUUID().toString();
        LOG.error("failure {} in {} of model {}", failureId, doing, model, defect);
        return new InferenceError.EngineFailure(failureId);
    }

    private boolean makesRoomFor(QueuedRequest newcomer) {
        QueuedRequest displaced = queue.makeRoomFor(newcomer);
        if (displaced != null) {
            drop(displaced, Refusal.displaced(model));
        }
        return displaced != null;
    }

    private void drop(QueuedRequest queued, Refusal refusal) {
        tally.dropped(queued, refusal.reason());
        queued.complete(refusal.error(() -> capacity().nanosFor(queue.rows())));
    }

    void cancel(QueuedRequest queued) {
        assert thread.isHere();
        if (queued.isCompleted()) {
            queued.withdraw();
        } else if (queue.remove(queued)) {
            drop(queued, Refusal.cancelledQueued());
            tally.waiting(queue);
        } else {
            taken.drop(queued, queued.waitsAgain ? Refusal.cancelledQueued() : Refusal.cancelledRunning());
        }
    }

    /** To be called at the time that the timer was asked for. */
    public void wake() {
        assert thread.isHere();
        wakeUps.came();
        dispatch();
    }

    /** What has been learnt of the model's latency. */
    public LatencyModel latency() {
        return latency;
    }

    /** What it has learned, what it would decide now, and what it has decided so far. */
    public BatchingReport report() {
        assert thread.isHere();
        long now = ticker.nanos();
        return new BatchingReport(
                latency.learned(),
                LatencyPoint.report(profile),
                nextRows(state(), now),
                queue.report(now),
                instances.idleInstances(),
                running.report(now),
                tally.batches(),
                tally.drops());
    }

    /** What its instances can do when all are at work, by what it has learned. */
    public Capacity capacity() {
        QueueState state = state();
        int rows = split.axisCountsRows() ? nextRows(state, ticker.nanos()) : 0;
        return latency.capacity(queue.maxRequests(), state.instances(), rows);
    }

    /** As if an instance were idle and a request waited, if that is not so. */
    private int nextRows(QueueState state, long now) {
        return policy.decide(state.decidable(now), latency, now) instanceof BatchDecision.Flush(int maxRows)
                ? split.axisCountsRows() ? maxRows : 1
                : 0;
    }

    /** Answers with {@code why} what waits and whatever comes from now on; what runs is completed when it returns. */
    public void refuseAll(InferenceError why) {
        assert thread.isHere();
        refusingAll = Refusal.ofAll(why);
        refuseWaiting(refusingAll);
        tally.waiting(queue);
    }

    /** What comes from now on, after {@link #refuseAll}. */
    public void takeAgain() {
        assert thread.isHere();
        refusingAll = null;
    }

    private void refuseWaiting(Refusal refusal) {
        for (QueuedRequest queued : suspects.takeAll()) {
            if (!queued.isCompleted()) { // it may be a piece, and another one of the same request was here
                taken.drop(queued, refusal);
            }
        }
        while (!queue.isEmpty()) {
            drop(queue.due().poll(), refusal);
        }
    }

    /** Answers with {@code why} what runs, too, and forgets it: an engine call cannot be taken back, only left alone. */
    public void abandonRunning(InferenceError why) {
        assert thread.isHere();
        Refusal refusal = Refusal.ofAll(why);
        running.forget().forEach(batch -> batch.stillWanted().forEach(member -> taken.drop(member, refusal)));
    }

    /** Fills the idle instances; to be called after every event, or once after several that came together. */
    public void dispatch() {
        assert thread.isHere();
        long now = ticker.nanos();
        dropExpired(now);
        if (taken.haveGone()) {
            running.withdrawDeserted(instances);
        }
        Refusal ofAll = refusalOfAll();
        if (ofAll != null) {
            refuseWaiting(ofAll);
        }
        while (!suspects.isEmpty() && mayRun(suspects.nextRows())) {
            run(suspects.next(memory), now);
        }
        BatchDecision decision = decide(now);
        while (suspects.isEmpty() // or the turn that was asked for is theirs
                && decision instanceof BatchDecision.Flush(int maxRows)
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
        return split.axisCountsRows() || !state.canFlush()
                ? policy.decide(state, latency, now)
                : new BatchDecision.Flush(BatchFormation.ONE_REQUEST_AT_A_TIME);
    }

    private boolean mayRun(int rows) {
        return gate.mayRun() && instances.claim(latency.nanos(rows));
    }

    private QueueState state() {
        int idle = instances.idleInstances();
        return queue.state(idle, idle + running.size(), running.started());
    }

    private Batch next(int maxRows, long now) {
        long[] busyNanos = running.busyNanos(instances.idleInstances(), now);
        Batch batch = gate.isProbing() ? formation.probe() : formation.next(maxRows, busyNanos, now);
        queue.formed(batch);
        taken.add(batch);
        batch.members().forEach(QueuedRequest::taken);
        return batch;
    }

    private void dropExpired(long now) {
        for (QueuedRequest first = queue.firstToExpire(); first != null && first.isUnwanted(now); ) {
            queue.remove(first);
            drop(first, Refusal.unwantedQueued(first));
            first = queue.firstToExpire();
        }
        taken.dropExpired(now);
        if (order != null) {
            order.dropExpired(now);
        }
    }

    private void askForWakeUp(BatchDecision decision) {
        if (decision instanceof BatchDecision.WaitUntil(long nanos)) {
            wakeUps.at(nanos);
        }
        QueuedRequest first = DeadlineHeap.earlier(queue.firstToExpire(), taken.firstToExpire());
        if (first != null) {
            wakeUps.at(first.deadlineNanos());
        }
        if (order != null) {
            order.askForWakeUp(wakeUps);
        }
    }

    private void run(Batch batch, long now) {
        Batch wanted = taken.withoutUnwanted(batch, now);
        if (wanted.size() == 0) {
            instances.unclaim();
            return;
        }
        Trial.begin(gate, wanted);
        tally.flushed(wanted, now);
        RunningBatches.Run run = running.start(wanted, now, now + latency.nanos(wanted.rows()));
        instances.run(wanted, result -> finish(run, result));
    }

    private void finish(RunningBatches.Run run, BatchResult result) {
        assert thread.isHere();
        try {
            if (running.end(run)) {
                Trial.ended(run, result, latency, ticker.nanos());
                switch (result) {
                    case BatchResult.Ran ran -> succeed(run, ran);
                    case BatchResult.Withdrawn gone -> learning.withdrawn(run, ticker.nanos());
                    case BatchResult.Failed failed -> fail(run.batch(), failed);
                }
            }
        } catch (RuntimeException | OutOfMemoryError defect) {
            taken.settleRest(run.batch(), failed("cutting apart a batch", defect));
        } finally {
            dispatch();
        }
    }

    private void succeed(RunningBatches.Run run, BatchResult.Ran ran) {
        Batch batch = run.batch();
        learning.ran(run, ticker.nanos());
        tally.ran(ran);
        if (!split.canCut(batch, ran.outputs())) {
            suspects.separate(batch);
            return;
        }
        memory.ran(batch);
        long start = ticker.nanos();
        List<List<Tensor>> parts = split.apart(batch, ran.outputs());
        long ready = ticker.nanos();
        tally.answered(run, ran, ready - start);
        for (int i = 0; i < batch.size(); i++) {
            QueuedRequest member = batch.members().get(i);
            if (!member.isCompleted()) {
                taken.settle(member, new InferenceResponse(model, parts.get(i), run.timing(member, ran, ready)));
            }
        }
    }

    private void fail(Batch batch, BatchResult.Failed failed) {
        tally.failed();
        if (failed.tooLarge() && batch.isDivisible()) {
            memory.ranOut(batch);
            LOG.warn("model {} ran out of memory with {} rows; batches carry {} now", model, batch.rows(), memory);
            if (batch.size() > 1) {
                suspects.halve(batch);
            } else {
                batch.stillWanted().forEach(piece -> taken.cutAgain(piece, failed.error()));
            }
        } else if (batch.size() == 1) {
            taken.settleRest(batch, failed.error());
        } else {
            suspects.search(batch);
        }
    }

    private void warnThatNoneIsBatched(List<Tensor> outputs) {
        LOG.warn(
                "model {} answered a batch with {}: axis 0 does not count rows, or not all lengths are those of the"
                        + " ragged inputs, so it serves one request at a time from now on (set batching: off in its"
                        + " model.yaml)",
                model,
                outputs);
    }
}

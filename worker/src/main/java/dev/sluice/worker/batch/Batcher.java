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
 * ({@link Suspects}); only the failure of a request that ran alone is final,
 * and of several devices on a second one. After one that had too little memory later
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
    private final Ticker ticker;
    private final WakeUps wakeUps;
    private final Tally tally;
    private final BatchGroups groups;
    private final BatchQueue queue;
    private final BatchKinds kinds;
    private final AnswerSplit split;
    private final TakenRequests taken;
    private final @Nullable AnswersInOrder order;
    private @Nullable Refusal refusingAll;
    private final OwnThread thread = new OwnThread();

    /** Of a model that runs on one device. */
    public Batcher(ModelId model, BatcherOptions options, BatchRunner instances, Ticker ticker, BatchTimer timer) {
        this(model, options, List.of(GroupOptions.only(instances, options)), ticker, timer);
    }

    /** @param devices what it runs on, at least one */
    public Batcher(ModelId model, BatcherOptions options, List<GroupOptions> devices, Ticker ticker, BatchTimer timer) {
        this.model = model;
        this.tally = new Tally(model, options.listener());
        this.groups = new BatchGroups(model, options, devices, tally, this::drop);
        this.queue = groups.queue();
        this.kinds = new BatchKinds(options.shapes().ragged());
        this.split = new AnswerSplit(options.shapes().ragged(), this::warnThatNoneIsBatched);
        this.taken = new TakenRequests(tally);
        this.order = options.preserveOrdering() ? new AnswersInOrder(tally::dropped, ticker::nanos) : null;
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
        groups.expectMoreLike(queued, now);
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
        Refusal tooLate = groups.refusal(queued, now);
        if (tooLate != null || !needsRoom || !queue.isFull() || makesRoomFor(queued)) {
            return tooLate;
        }
        return Refusal.queueFull(model, queue.requests());
    }

    private @Nullable Refusal refusalOfAll() {
        return refusingAll != null ? refusingAll : groups.refusalAtGates();
    }

    /** How many rows of such a request there is memory for, as far as is known. */
    int memoryRows(InferenceRequest request) {
        return groups.memoryRows(request);
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

    /** What has been learnt of the model's latency, on the first of its devices. */
    public LatencyModel latency() {
        return groups.first().latency();
    }

    /** What it has learned, what it would decide now, and what it has decided so far. */
    public BatchingReport report() {
        assert thread.isHere();
        long now = ticker.nanos();
        List<BatchingReport.Group> each = groups.report(split.axisCountsRows(), now);
        return new BatchingReport(each, queue.report(now), tally.batches(), tally.drops());
    }

    /** What its instances can do when all are at work, by what it has learned. */
    public Capacity capacity() {
        return groups.capacity(split.axisCountsRows(), ticker.nanos());
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
        for (QueuedRequest queued : groups.takeSuspects()) {
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
        groups.forgetRunning().forEach(batch -> batch.stillWanted().forEach(member -> taken.drop(member, refusal)));
    }

    /** Fills the idle instances; to be called after every event, or once after several that came together. */
    public void dispatch() {
        assert thread.isHere();
        long now = ticker.nanos();
        dropExpired(now);
        if (taken.haveGone()) {
            groups.withdrawDeserted();
        }
        Refusal ofAll = refusalOfAll();
        if (ofAll != null) {
            refuseWaiting(ofAll);
        }
        for (BatchGroup group : groups.inTurn(now)) {
            fill(group, now);
        }
        tally.waiting(queue);
        askForWakeUp();
    }

    private void fill(BatchGroup group, long now) {
        Suspects suspects = group.suspects();
        while (!suspects.isEmpty() && group.mayRun(suspects.nextRows())) {
            run(group, suspects.next(group.memory()), now);
        }
        BatchDecision decision = decide(group, now);
        boolean goesOn = true;
        while (goesOn
                && suspects.isEmpty() // or the turn that was asked for is theirs
                && decision instanceof BatchDecision.Flush(int maxRows)
                && group.mayRun(Math.clamp(maxRows, 1, Math.max(1, queue.rows())))) {
            int before = queue.requests();
            Batch batch = next(group, maxRows, now);
            goesOn = !batch.members().isEmpty()
                    || queue.requests() < before; // or those who wait have no time for this device
            run(group, batch, now);
            decision = decide(group, now);
        }
        if (decision instanceof BatchDecision.WaitUntil(long nanos)) {
            wakeUps.at(nanos);
        }
    }

    /** Nobody waits for company that is not to be had. */
    private BatchDecision decide(BatchGroup group, long now) {
        return groups.decide(group, split.axisCountsRows(), now);
    }

    private Batch next(BatchGroup group, int maxRows, long now) {
        Batch batch = groups.form(group, maxRows, now);
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

    private void askForWakeUp() {
        QueuedRequest first = DeadlineHeap.earlier(queue.firstToExpire(), taken.firstToExpire());
        if (first != null) {
            wakeUps.at(first.deadlineNanos());
        }
        if (order != null) {
            order.askForWakeUp(wakeUps);
        }
        groups.askForWakeUp(wakeUps);
    }

    private void run(BatchGroup group, Batch batch, long now) {
        Batch wanted = taken.withoutUnwanted(batch, now);
        if (wanted.size() == 0) {
            group.unclaim();
            return;
        }
        tally.flushed(wanted, now);
        group.run(wanted, now, this::finish);
    }

    private void finish(BatchGroup group, RunningBatches.Run run, BatchResult result) {
        assert thread.isHere();
        try {
            if (group.hasEnded(run, result, ticker.nanos())) {
                switch (result) {
                    case BatchResult.Ran ran -> succeed(group, run, ran);
                    case BatchResult.Withdrawn gone -> {} // and so have all its members
                    case BatchResult.Failed failed -> fail(group, run.batch(), failed);
                }
            }
        } catch (RuntimeException | OutOfMemoryError defect) {
            taken.settleRest(run.batch(), failed("cutting apart a batch", defect));
        } finally {
            dispatch();
        }
    }

    private void succeed(BatchGroup group, RunningBatches.Run run, BatchResult.Ran ran) {
        Batch batch = run.batch();
        tally.ran(ran);
        if (!split.canCut(batch, ran.outputs())) {
            group.suspects().separate(batch);
            return;
        }
        group.memory().ran(batch);
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

    private void fail(BatchGroup group, Batch batch, BatchResult.Failed failed) {
        tally.failed();
        if (failed.tooLarge() && batch.isDivisible()) {
            MemoryLimit memory = group.memory();
            memory.ranOut(batch);
            LOG.warn("{} ran out of memory with {} rows; batches carry {} now", nameOf(group), batch.rows(), memory);
            if (batch.size() > 1) {
                group.suspects().halve(batch);
            } else {
                batch.stillWanted().forEach(piece -> taken.cutAgain(piece, failed.error()));
            }
        } else if (batch.size() == 1) {
            failAlone(group, batch, failed);
        } else {
            group.suspects().search(batch);
        }
    }

    private String nameOf(BatchGroup group) {
        return groups.isOne() ? "model " + model : "group " + group.name() + " of model " + model;
    }

    private void failAlone(BatchGroup group, Batch batch, BatchResult.Failed failed) {
        boolean mayBeTheDevice = failed.error() instanceof InferenceError.EngineFailure && !failed.tooLarge();
        for (QueuedRequest member : batch.stillWanted()) {
            if (!mayBeTheDevice || !groups.giveElsewhere(member, group)) {
                taken.settle(member, failed.error());
            }
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

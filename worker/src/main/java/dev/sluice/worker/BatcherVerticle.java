package dev.sluice.worker;

import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.LargeRequests;
import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputReport;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.drift.OutputWatch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The receiving half of the crossing from the gateway: one model's batcher on its own event loop.
 *
 * @thread the batcher loop of the model
 * @bound the batcher's queue
 * @owns a request from its arrival until its outcome is sent, exactly once
 */
final class BatcherVerticle extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(BatcherVerticle.class);

    private static final DeliveryOptions DELIVERY = new DeliveryOptions().setLocalOnly(true);

    private static final long GRACE_MILLIS = 500;

    private static final long OVERDUE_CHECK_MILLIS = 500;

    /** Vert.x counts its timers from 0 up. */
    private static final long NO_TIMER = -1;

    private final Incarnation incarnation;
    private final ModelId model;
    private final BatcherOptions options;
    private final List<DeviceGroups.Made> devices;
    private final Ticker ticker;
    private Usage usage = new Usage();
    private DeviceGroups groups;
    private Batcher batcher;
    private LargeRequests requests;
    private Correspondents fronts;
    private OutputWatch outputs = OutputWatch.none();
    private long outputsEveryMillis = 1;
    private long outputsTimer = NO_TIMER;
    private long wakeUp = NO_TIMER;
    private long overdueCheck = NO_TIMER;
    private boolean turnEndIsDue;

    BatcherVerticle(Incarnation incarnation, BatcherOptions options, List<DeviceGroups.Made> devices, Ticker ticker) {
        this.incarnation = incarnation;
        this.model = incarnation.model();
        this.options = options;
        this.devices = devices;
        this.ticker = ticker;
    }

    /** Has the answers watched that leave here; to be called before the start. */
    BatcherVerticle watching(OutputWatch watch, Duration reportEvery) {
        outputs = watch;
        outputsEveryMillis = Math.max(1, reportEvery.toMillis());
        return this;
    }

    /** Has it note there when it is asked; before it is deployed. */
    BatcherVerticle noting(Usage there) {
        usage = there;
        return this;
    }

    @Override
    public Future<?> start() {
        groups = new DeviceGroups(model, devices, context, ticker, new Instances());
        batcher = new Batcher(model, options, groups.options(), ticker, this::wakeAt);
        requests = new LargeRequests(batcher, options.shapes().maxPieceRows(), this::warnThatNoneIsSplit);
        fronts = new Correspondents(incarnation, vertx, this::leaves);
        return fronts.listen(this::onGroup)
                .compose(listening -> vertx.eventBus()
                        .localConsumer(BatchingReport.address(incarnation.batcherAddress()), this::onQuestion)
                        .completion())
                .compose(listening -> Future.join(
                        groups.names().stream().map(this::listenForSizeOf).toList()));
    }

    private Future<Void> listenForSizeOf(String group) {
        return vertx.eventBus()
                .<Integer>localConsumer(incarnation.resizeAddress(group), message -> onResize(group, message))
                .completion();
    }

    private void onResize(String group, Message<Integer> message) {
        groups.resize(group, message.body())
                .onSuccess(done -> message.reply(null, DELIVERY))
                .onFailure(missing -> message.fail(0, String.valueOf(missing.getMessage())));
    }

    /**
     * Refuses what waits and stays a moment for what runs, for with its context go the replies to it; what takes longer
     * than that is refused as well, and its engine call ended.
     */
    @Override
    public Future<?> stop() {
        refuseAll(new InferenceError.Draining());
        Promise<Void> over = Promise.promise();
        groups.close().onComplete(idle -> over.tryComplete());
        vertx.setTimer(GRACE_MILLIS, late -> over.tryComplete());
        return over.future().onSuccess(done -> {
            groups.leave();
            batcher.abandonRunning(new InferenceError.Draining());
            refuseAll(new InferenceError.Draining()); // again, for a batch that failed meanwhile waits to run once more
        });
    }

    private void warnThatNoneIsSplit(InferenceRequest request) {
        LOG.warn(
                "model {} answered the pieces of a request of {} rows with outputs that cannot be joined by rows: requests"
                        + " of more rows than a batch may have run whole from now on",
                model,
                request.rows());
    }

    /**
     * What the batcher does when instances come and go.
     *
     * @thread the batcher loop of the model
     */
    private final class Instances implements InstanceGroup.Listener {

        @Override
        public void idle() {
            useTurn();
        }

        @Override
        public void exhausted(String why) {
            refuseAll(new InferenceError.ModelNotReady(model, why, InferenceError.NO_RETRY));
        }

        @Override
        public void restored() {
            batcher.takeAgain();
        }
    }

    /** What waits now and what comes later. */
    private void refuseAll(InferenceError why) {
        batcher.refuseAll(why);
        sendOutcomes();
    }

    /** Timers of Vert.x count whole milliseconds: deadlines and max_queue_delay are kept to the next one. */
    private void wakeAt(long nanos) {
        vertx.cancelTimer(wakeUp);
        long millis = TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos - ticker.nanos())) + 1;
        wakeUp = vertx.setTimer(millis, due -> {
            batcher.wake();
            endTurnLater();
        });
    }

    private void onQuestion(Message<Object> question) {
        question.reply(batcher.report(), DELIVERY);
    }

    private void onGroup(RequestGroup group) {
        usage.asked(ticker.nanos());
        fronts.take(group, requests::enqueue);
        endTurnLater();
    }

    private void leaves(InferenceOutcome outcome) {
        outputs.look(outcome);
        endTurnLater();
    }

    /** The groups that have arrived already, from other front loops perhaps, are to join the same batch. */
    private void endTurnLater() {
        if (!turnEndIsDue) {
            turnEndIsDue = true;
            context.runOnContext(endOfTurn -> endTurn());
        }
    }

    private void endTurn() {
        turnEndIsDue = false;
        batcher.dispatch();
        watchRuns();
        sendOutcomes();
    }

    private void useTurn() {
        batcher.dispatch();
        groups.pass();
        watchRuns();
    }

    /** Only while there are any: of many models most are idle. */
    private void watchRuns() {
        if (overdueCheck == NO_TIMER && groups.areRunning()) {
            overdueCheck = vertx.setTimer(OVERDUE_CHECK_MILLIS, due -> {
                overdueCheck = NO_TIMER;
                if (groups.yieldOverdue()) {
                    useTurn();
                } else {
                    watchRuns();
                }
            });
        }
    }

    /** Only what is new is told of. */
    private void reportOutputs() {
        outputs.turnEnds(ticker.nanos());
        if (outputs.hasNews() && outputsTimer == NO_TIMER) {
            outputsTimer = vertx.setTimer(outputsEveryMillis, due -> {
                outputsTimer = NO_TIMER;
                OutputReport report = outputs.report(model, incarnation.batcherAddress(), ticker.nanos());
                vertx.eventBus().send(OutputReport.ADDRESS, report, DELIVERY);
            });
        }
    }

    private void sendOutcomes() {
        fronts.sendOutcomes(batcher::capacity);
        reportOutputs();
        usage.turnEnded(fronts.areWaiting(), ticker);
    }
}

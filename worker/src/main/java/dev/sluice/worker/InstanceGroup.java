package dev.sluice.worker;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatchRunner;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All instances of one model on this node, and the sending half of the crossing to them.
 *
 * <p>A batch that does not come back in time is failed and its instance replaced. In time is before the last of its
 * members' deadlines, for until then somebody waits; but never sooner than {@code worker.give_up_after}, or impatient
 * clients could make a slow model lose one instance after the other. Where there is no replacement the others go on, and
 * it is tried again after that time, and again; so a model that has lost all its instances is back as soon as it can
 * have one.
 *
 * @thread owned by the batcher loop of the model
 * @bound one batch for each instance, of which there may be more or fewer later; the one that became idle last is used
 *     first, for its caches are warm
 * @errors a batch that is lost with its instance comes back as EngineFailure, when the replacement is idle; when
 *     none is left, and none to come, the model has failed until there is one
 */
final class InstanceGroup implements BatchRunner {

    /**
     * Where the group's instances come from.
     *
     * @param first those it begins with
     * @param supply replaces those it loses
     * @param giveUpAfter shortest time that a batch is waited for
     */
    record Members(List<Instance> first, InstanceSupply supply, Duration giveUpAfter) {}

    /**
     * Hears what becomes of the group.
     *
     * @thread the batcher loop
     */
    interface Listener {

        /** An instance is idle that does not bring a batch back. */
        void idle();

        /** None is left, and nothing can run. */
        void exhausted(String why);

        /** There is one again. */
        void restored();
    }

    private static final Logger LOG = LoggerFactory.getLogger(InstanceGroup.class);

    private final ModelId model;
    private final Context loop;
    private final InstanceSupply supply;
    private final long giveUpAfterNanos;
    private final Ticker ticker;
    private final Listener listener;
    private final List<Instance> all;
    private final ArrayDeque<Instance> idle;
    private final IdentityHashMap<Batch, Instance> busy = new IdentityHashMap<>();
    private final Promise<Void> allIdle = Promise.promise();
    private int wanted;
    private int running;
    private int replacing;
    private boolean exhausted;
    private boolean closing;

    /** @param loop the batcher loop */
    InstanceGroup(ModelId model, Members members, Context loop, Ticker ticker, Listener listener) {
        this.model = model;
        this.loop = loop;
        this.supply = members.supply();
        this.giveUpAfterNanos = members.giveUpAfter().toNanos();
        this.ticker = ticker;
        this.listener = listener;
        this.all = new ArrayList<>(members.first());
        this.idle = new ArrayDeque<>(all);
        this.wanted = all.size();
        supply.areThere(wanted);
    }

    /**
     * Has so many instances from now on. Those that are missing come as they are deployed; of those that are too many the
     * busy ones bring their batches back first.
     *
     * @return complete when none is missing; fails with the reason where one could not be had
     */
    Future<Void> resize(int instances) {
        wanted = instances;
        supply.expect(instances);
        while (all.size() > wanted && !idle.isEmpty()) {
            retire(idle.removeLast());
        }
        List<Future<Void>> coming = new ArrayList<>();
        for (int missing = wanted - all.size() - replacing; missing > 0; missing--) {
            coming.add(add());
        }
        return Future.join(coming).mapEmpty();
    }

    private Future<Void> add() {
        Promise<Void> added = Promise.promise();
        replacing++;
        supply.deploy()
                .onComplete(fresh -> loop.runOnContext(here -> {
                    joinIfAny(fresh);
                    if (fresh.succeeded()) {
                        goOnWithOneMore();
                        added.complete();
                    } else {
                        added.fail(fresh.cause());
                    }
                }));
        return added.future();
    }

    private void retire(Instance surplus) {
        all.remove(surplus);
        tellHowMany();
        supply.retire(surplus);
    }

    /** When it ends it has told all. */
    private void tellHowMany() {
        if (!closing) {
            supply.areThere(all.size());
        }
    }

    /** Brings a batch back, or is new. */
    private void isIdle(Instance instance) {
        if (all.size() > wanted) {
            retire(instance);
        } else {
            idle.push(instance);
        }
    }

    @Override
    public int idleInstances() {
        return idle.size();
    }

    @Override
    public void run(Batch batch, Consumer<BatchResult> done) {
        Instance instance = idle.pop();
        running++;
        busy.put(batch, instance);
        DeliveryOptions delivery = new DeliveryOptions()
                .setLocalOnly(true)
                .setSendTimeout(patienceMillis(batch, giveUpAfterNanos, ticker.nanos()));
        loop.owner()
                .eventBus()
                .<BatchResult>request(instance.address(), batch, delivery)
                .onComplete(reply -> {
                    busy.remove(batch);
                    if (reply.succeeded()) {
                        isIdle(instance);
                        finish(done, reply.result().body());
                    } else {
                        lose(instance, batch, reply.cause(), done);
                    }
                });
    }

    @Override
    public void withdraw(Batch batch) {
        @Nullable Instance instance = busy.get(batch);
        if (instance != null) {
            instance.engine().withdraw(batch);
        }
    }

    /** Whole milliseconds, the last deadline being over by then. */
    static long patienceMillis(Batch batch, long leastNanos, long nowNanos) {
        long nanos = leastNanos;
        for (InferenceRequest request : batch.requests()) {
            nanos = Math.max(nanos, request.deadline().remainingNanos(nowNanos));
        }
        return TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
    }

    private void finish(Consumer<BatchResult> done, BatchResult result) {
        running--;
        done.accept(result);
        completeWhenIdle();
    }

    private void lose(Instance instance, Batch batch, Throwable why, Consumer<BatchResult> done) {
        String failureId = UUID.randomUUID().toString();
        LOG.error(
                "engine failure {}: {} has lost a batch of {} rows and is replaced: {}",
                failureId,
                instance.address(),
                batch.rows(),
                why.getMessage());
        all.remove(instance);
        tellHowMany();
        BatchResult lost = new BatchResult.Failed(new InferenceError.EngineFailure(failureId));
        if (closing) {
            instance.engine().terminate();
            finish(done, lost);
            return;
        }
        replacing++;
        supply.replace(instance)
                .onComplete(replacement -> loop.runOnContext(here -> {
                    joinIfAny(replacement);
                    finish(done, lost);
                    if (replacement.failed()) { // now, for members of that batch may wait to run once more
                        goOnWithout(replacement.cause());
                        tryAgainLater();
                    }
                }));
    }

    private void joinIfAny(AsyncResult<Instance> replacement) {
        replacing--;
        if (replacement.succeeded()) {
            all.add(replacement.result());
            tellHowMany();
            isIdle(replacement.result());
        }
    }

    private void goOnWithout(Throwable why) {
        String reason = String.valueOf(why.getMessage());
        if (exhausted) {
            return; // it was said, and nothing has changed
        }
        if (!all.isEmpty() || replacing > 0) {
            LOG.warn("model {} goes on with {} instances for now: {}", model, all.size(), reason);
        } else {
            LOG.warn("the last instance of a group of model {} cannot be replaced", model, why);
            exhausted = true;
            supply.exhausted(reason);
            listener.exhausted(reason);
        }
    }

    private void tryAgainLater() {
        loop.owner().setTimer(TimeUnit.NANOSECONDS.toMillis(giveUpAfterNanos) + 1, due -> replaceLater());
    }

    private void replaceLater() {
        if (closing) {
            return;
        }
        replacing++;
        supply.replaceLater()
                .onComplete(replacement -> loop.runOnContext(here -> {
                    joinIfAny(replacement);
                    if (replacement.succeeded()) {
                        goOnWithOneMore();
                    } else {
                        goOnWithout(replacement.cause());
                        tryAgainLater();
                    }
                }));
    }

    private void goOnWithOneMore() {
        LOG.info("model {} has {} instances now", model, all.size());
        if (exhausted && !closing) {
            exhausted = false;
            supply.restored();
            listener.restored();
        }
        listener.idle();
    }

    /** Complete when every batch that runs has come back; to be called when no more will be run. */
    Future<Void> close() {
        closing = true;
        completeWhenIdle();
        return allIdle.future();
    }

    /** Ends the calls that run still; to be called after {@link #close}. */
    void terminate() {
        all.forEach(instance -> instance.engine().terminate());
    }

    private void completeWhenIdle() {
        if (closing && running == 0) {
            allIdle.tryComplete();
        }
    }
}

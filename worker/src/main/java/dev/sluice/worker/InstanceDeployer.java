package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deploys the instances of one model, each on a new thread, as children of the worker.
 *
 * <p>A call that was ended usually returns at its next operator. One that does not, because it hangs inside an
 * operator, keeps its thread and its memory; nothing can take them back, so their number is bounded.
 *
 * @thread called on any; everything happens on the control thread, but that {@link #areThere} is passed on at once
 * @bound threads, those of given-up instances included: twice as many as the model has instances
 * @errors a replacement beyond that bound fails; {@link Serving} hears of it when no instance is left
 */
final class InstanceDeployer implements InstanceSupply {

    /**
     * Hears whether the model can be served.
     *
     * @thread control
     */
    interface Serving {

        /** Not any more, for that reason. */
        void failed(String why);

        /** It can again. */
        void restored();
    }

    private static final Logger LOG = LoggerFactory.getLogger(InstanceDeployer.class);

    private static final Supplier<Future<Instance>> UNLOADING =
            () -> Future.failedFuture("the model is being unloaded");

    private final Incarnation incarnation;
    private final ModelId model;
    private final LoadedModel runnable;
    private final InstanceOptions options;
    private final Ticker ticker;
    private final Serving serving;
    private final FailureLog failures;
    private final Vertx vertx;
    private final Context control;
    private final Set<String> deployments = new LinkedHashSet<>();
    private int expected;
    private int deployed;
    private int givenUp;
    private boolean closed;

    /** To be made on the control thread. */
    InstanceDeployer(
            Incarnation incarnation, LoadedModel runnable, InstanceOptions options, Ticker ticker, Serving serving) {
        this.incarnation = incarnation;
        this.model = incarnation.model();
        this.runnable = runnable;
        this.options = options;
        this.expected = options.instances();
        this.ticker = ticker;
        this.serving = serving;
        this.failures = new FailureLog(model, ticker);
        this.control = Objects.requireNonNull(Vertx.currentContext(), "not on the control thread");
        this.vertx = control.owner();
    }

    @Override
    public Future<Instance> deploy() {
        Promise<Instance> promise = Promise.promise();
        control.runOnContext(here -> deployHere().onComplete(promise));
        return promise.future();
    }

    @Override
    public Future<Instance> replace(Instance lost) {
        Promise<Instance> promise = Promise.promise();
        control.runOnContext(here -> {
            giveUp(lost);
            deployUnlessTooMany().onComplete(promise);
        });
        return promise.future();
    }

    @Override
    public Future<Instance> replaceLater() {
        Promise<Instance> promise = Promise.promise();
        control.runOnContext(here -> deployUnlessTooMany().onComplete(promise));
        return promise.future();
    }

    @Override
    public void expect(int instances) {
        control.runOnContext(here -> expected = instances);
    }

    @Override
    public void areThere(int instances) {
        options.listener().serving(incarnation.batcherAddress(), options.group(), instances);
    }

    @Override
    public void retire(Instance surplus) {
        control.runOnContext(here -> {
            if (deployments.remove(surplus.deployment())) {
                vertx.undeploy(surplus.deployment());
            }
        });
    }

    @Override
    public void exhausted(String why) {
        control.runOnContext(here -> serving.failed(why));
    }

    @Override
    public void restored() {
        control.runOnContext(here -> serving.restored());
    }

    /** Undeploys what is deployed; to be called on the control thread, when their batcher has ended. */
    Future<?> close() {
        closed = true;
        areThere(0);
        return Future.join(deployments.stream().map(vertx::undeploy).toList());
    }

    private Future<Instance> deployUnlessTooMany() {
        Future<Instance> replacement = givenUp > expected
                ? Future.failedFuture(givenUp + " of its threads hang in engine calls that cannot be ended")
                : deployHere();
        return replacement.onSuccess(fresh -> options.listener().replaced(model));
    }

    /** A new address each time, for it names the thread pool as well, and the old one may still be taken. */
    private Future<Instance> deployHere() {
        String address = incarnation.instanceAddress(options.group(), deployed++);
        DeploymentOptions ownThread = new DeploymentOptions()
                .setThreadingModel(ThreadingModel.WORKER)
                .setWorkerPoolName(address)
                .setWorkerPoolSize(1);
        if (closed) {
            return UNLOADING.get();
        }
        ModelInstance engine;
        try {
            engine = runnable.newInstance(options.maxBatchRows(), options.batchMemoryBytes());
        } catch (RuntimeException | OutOfMemoryError failure) {
            return Future.failedFuture(failure);
        }
        return vertx.deployVerticle(new WorkerVerticle(address, failures, engine, options, ticker), ownThread)
                .compose(deployment -> deployed(new Instance(address, deployment, engine)))
                .onFailure(failure -> engine.close());
    }

    private Future<Instance> deployed(Instance instance) {
        if (closed) { // meanwhile
            return vertx.undeploy(instance.deployment()).transform(ended -> UNLOADING.get());
        }
        deployments.add(instance.deployment());
        return Future.succeededFuture(instance);
    }

    /** Its verticle can only end when its thread is free. */
    private void giveUp(Instance lost) {
        options.listener().givenUp(model, ++givenUp);
        deployments.remove(lost.deployment());
        lost.engine().terminate();
        vertx.undeploy(lost.deployment()).onComplete(ended -> {
            options.listener().givenUp(model, --givenUp);
            LOG.info("the thread of {}, which was given up, has ended", lost.address());
        });
    }
}

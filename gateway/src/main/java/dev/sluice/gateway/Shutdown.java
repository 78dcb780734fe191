package dev.sluice.gateway;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.front.http.Connections;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a gateway, in its order: balancers notice, what is under way is answered, the rest is refused, all is
 * closed.
 *
 * @thread any
 * @bound {@code admission.drain_delay}, {@code admission.drain_timeout}, and a moment for the last answers
 */
final class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    /** By then every request has been answered, and some answers may still be on their way. */
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);

    private final AdmitOptions options;
    private final AdmissionControl admission;
    private final Connections connections;
    private final Vertx vertx;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final Promise<Void> noticed = Promise.promise();
    private final Promise<Void> over = Promise.promise();

    Shutdown(AdmitOptions options, AdmissionControl admission, Connections connections, Vertx vertx) {
        this.options = options;
        this.admission = admission;
        this.connections = connections;
        this.vertx = vertx;
    }

    /**
     * Complete when all is closed. Called again, it does not wait for balancers any more.
     *
     * @param undeploy takes the models away, while the sockets can still tell who asks them
     * @param close closes everything
     */
    Future<Void> begin(Supplier<Future<Void>> undeploy, Supplier<Future<Void>> close) {
        if (begun.getAndSet(true)) {
            noticed.tryComplete();
        } else {
            drain().compose(drained -> undeploy.get())
                    .transform(undeployed -> within(LAST_ANSWERS, connections.drain()))
                    .transform(answered -> close.get())
                    .onComplete(over);
        }
        return over.future();
    }

    private Future<Void> drain() {
        LOG.info("draining: not ready any more, {} connections open", connections.open());
        admission.drain();
        after(options.drainDelay()).onComplete(late -> noticed.tryComplete());
        return noticed.future()
                .compose(everybodyKnows -> within(options.drainTimeout(), connections.drain()))
                .onComplete(drained -> admission.close())
                .onComplete(drained -> logEnd());
    }

    private void logEnd() {
        if (connections.open() == 0) {
            LOG.info("drained");
        } else {
            LOG.warn(
                    "admission.drain_timeout is over: {} requests in flight and {} connections are cut off",
                    admission.inFlight(),
                    connections.open());
        }
    }

    /** When that is, or that time is over. */
    private Future<Void> within(Duration patience, Future<Void> event) {
        Promise<Void> either = Promise.promise();
        event.onComplete(happened -> either.tryComplete());
        after(patience).onComplete(late -> either.tryComplete());
        return either.future();
    }

    private Future<?> after(Duration delay) {
        return vertx.timer(Math.max(1, delay.toMillis())); // 1 is a timer's least
    }
}

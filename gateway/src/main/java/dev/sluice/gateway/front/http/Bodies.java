package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What the bodies of all requests of a front loop share.
 *
 * @param budget of bytes that may be held
 * @param nextTurn runs work on this loop once it has served its other connections
 * @param patience how long after its request's head a body must have come whole
 * @param ending ends the connection of HTTP/1.1 behind the answer to a request whose body nobody wants
 * @param unfinished told why no more of a body is waited for
 */
public record Bodies(
        ByteBudget budget,
        Executor nextTurn,
        Timers timers,
        Ticker ticker,
        Duration patience,
        Consumer<HttpServerRequest> ending,
        Set<Consumer<InferenceError>> unfinished) {

    /**
     * Runs work on this loop after some milliseconds.
     *
     * @thread confined to its front loop
     */
    @FunctionalInterface
    public interface Timers {

        /** The answer, when it is run, stops the timer. */
        Runnable start(long millis, Runnable work);
    }

    /** With a timer for each turn, because a loop runs what is merely handed to it before it looks at its sockets again. */
    public static Bodies of(FrontParts parts, Vertx vertx) {
        return of(parts, parts.admission().bodies(), vertx);
    }

    /** The same with bytes of their own, for those that must get through when clients have taken all others. */
    public static Bodies of(FrontParts parts, ByteBudget budget, Vertx vertx) {
        Timers timers = (millis, work) -> {
            long timer = vertx.setTimer(millis, due -> work.run());
            return () -> vertx.cancelTimer(timer);
        };
        AdmitOptions limits = parts.admitOptions();
        Bodies bodies = new Bodies(
                budget,
                work -> timers.start(1, work),
                timers,
                parts.ticker(),
                limits.shortened(limits.requestTimeout()),
                FrontConnection::endBeforeTheRest,
                new LinkedHashSet<>());
        Context loop = vertx.getOrCreateContext();
        parts.admission().whenClosed(() -> loop.runOnContext(here -> bodies.giveUp(new InferenceError.Draining())));
        return bodies;
    }

    /**
     * Says so when no more of a body is waited for whose request's head came then: because it is late, or because the
     * server cannot wait. The answer, when it is run, forgets it.
     */
    public Runnable whenLate(long headNanos, Consumer<InferenceError> body) {
        return whenLate(headNanos, Long.MAX_VALUE, body);
    }

    /** The same for a client that waits no longer than that itself. */
    public Runnable whenLate(long headNanos, long clientNanos, Consumer<InferenceError> body) {
        long leftNanos = Math.min(patience.toNanos(), clientNanos) - (ticker.nanos() - headNanos);
        Runnable stopTimer = timers.start(
                Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos)),
                () -> body.accept(new InferenceError.DeadlineExceeded(StatusMapping.BODY_STAGE)));
        unfinished.add(body);
        return () -> {
            stopTimer.run();
            unfinished.remove(body);
        };
    }

    private void giveUp(InferenceError why) {
        List.copyOf(unfinished).forEach(body -> body.accept(why));
    }
}

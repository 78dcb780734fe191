package dev.sluice.gateway.front.call;

import dev.sluice.gateway.cache.CacheKey;
import dev.sluice.gateway.cache.Flight;
import dev.sluice.gateway.cache.Follower;
import dev.sluice.gateway.cache.RequestHash;
import dev.sluice.gateway.cache.ResponseCache;
import dev.sluice.gateway.cache.ResponseCache.Found;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between decoding and the pipeline of one front loop: gives a request the answer that an equal one was given, has it wait
 * for one that is on its way, or lets it set out.
 *
 * <p>Whose model keeps no answers passes with one comparison. So does what is asked of a model of which a version is on trial, for
 * trials judge by what versions do, and what is answered in parts.
 *
 * @thread confined to one front loop
 * @errors DeadlineExceeded and Cancelled for one that waits, as answers; what the other one gets for an error is not for it
 */
final class CachedCalls {

    private static final Logger LOG = LoggerFactory.getLogger(CachedCalls.class);

    private static final String CONTROL = "cache-control";
    private static final String STAGE = "cache";
    private static final int DEFAULT_PRIORITY = 3;

    private final ResponseCache cache;
    private final FrontParts parts;
    private final RequestHash hash = new RequestHash();
    private final Consumer<Answering> infer;
    private final BiConsumer<Answering, InferenceOutcome> finish;

    /**
     * For one loop.
     *
     * @param infer lets a request set out
     * @param finish gives it its answer
     */
    CachedCalls(FrontParts parts, Consumer<Answering> infer, BiConsumer<Answering, InferenceOutcome> finish) {
        this.cache = parts.cache();
        this.parts = parts;
        this.infer = infer;
        this.finish = finish;
    }

    /** Takes over a request that has been decoded. Whatever goes wrong with what is kept, it sets out by itself. */
    void begin(Answering answering) {
        long liveNanos = answering.endpoint().description().cacheNanos();
        if (liveNanos == 0 || !isForAll(answering)) {
            infer.accept(answering);
            return;
        }
        Following following;
        Found found;
        try {
            following = new Following(answering);
            found = find(answering, liveNanos, following);
        } catch (RuntimeException | OutOfMemoryError failure) {
            LOG.error(
                    "what is kept could not be asked for request {}",
                    answering.call().requestId(),
                    failure);
            infer.accept(answering);
            return;
        }
        goOn(answering, found, following);
    }

    private Found find(Answering answering, long liveNanos, Following following) {
        InferenceRequest request = answering.request();
        String control = control(answering.call());
        if (control.contains("no-store")) {
            return new Found.Alone();
        }
        String loading = answering.endpoint().description().batcherAddress();
        CacheKey key = hash.of(request, loading);
        Found found = control.contains("no-cache")
                ? new Found.Miss(cache.anew(key, liveNanos))
                : cache.look(key, liveNanos, rank(request.priority()), following);
        if (found instanceof Found.Hit hit) {
            answering.call().cached(CacheUse.HIT, hit.ageSeconds());
        }
        return found;
    }

    private void goOn(Answering answering, Found found, Following following) {
        switch (found) {
            case Found.Hit hit -> finish.accept(answering, hit.response());
            case Found.Miss(Flight flight) -> infer.accept(ahead(answering, flight));
            case Found.Follows(Flight flight) -> following.begin(flight);
            case Found.Alone alone -> infer.accept(answering);
        }
    }

    private static Answering ahead(Answering answering, Flight flight) {
        try {
            return answering.ahead(flight);
        } catch (OutOfMemoryError failure) { // it sets out, and those that wait do too
            flight.ended(null);
            return answering;
        }
    }

    private static int rank(int priority) {
        return priority == 0 ? DEFAULT_PRIORITY : priority;
    }

    private boolean isForAll(Answering answering) {
        long bytes = 0;
        for (Tensor input : answering.request().inputs()) {
            bytes += input.byteCount();
        }
        return answering.partial() == null
                && answering.call().split() == null
                && bytes <= cache.options().maxInputSize();
    }

    /** All of its lines. */
    private static String control(Call call) {
        return call.header(CONTROL).toLowerCase(Locale.ROOT);
    }

    /**
     * One that waits for another one's answer, but no longer than its own client does.
     *
     * @thread confined to its front loop, but for {@link #hear}
     * @owns its request until it goes on or has its answer; one that has gone is not kept by the one that it waited for
     */
    private final class Following implements Follower {

        private final Context loop = Objects.requireNonNull(Vertx.currentContext(), "a front loop");
        private @Nullable Answering waiting;
        private @Nullable Flight flight;
        private long timer;

        Following(Answering answering) {
            this.waiting = answering;
        }

        void begin(Flight ahead) {
            Answering answering = waiting;
            if (answering == null) {
                return;
            }
            flight = ahead;
            try {
                long now = parts.ticker().nanos();
                long left = answering.request().deadline().remainingNanos(now);
                long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(left));
                timer = loop.owner().setTimer(millis, late -> end(new InferenceError.DeadlineExceeded(STAGE)));
                answering.request().cancellation().whenCancelled(() -> end(new InferenceError.Cancelled()));
            } catch (RuntimeException | OutOfMemoryError failure) { // whose end nobody would see
                if (stop() != null) {
                    infer.accept(answering);
                }
            }
        }

        /** On whatever loop the other one is. */
        @Override
        public void hear(@Nullable InferenceResponse response) {
            loop.runOnContext(told -> heard(response));
        }

        /** Where the other one failed, the first of those that waited for it leads the rest. */
        private void heard(@Nullable InferenceResponse response) {
            Answering answering = stop();
            if (answering == null) {
                return;
            }
            if (response == null) {
                CachedCalls.this.begin(answering);
            } else {
                answering.call().cached(CacheUse.SHARED, 0);
                finish.accept(answering, response.readyAt(parts.ticker().nanos()));
            }
        }

        private void end(InferenceOutcome outcome) {
            Answering answering = stop();
            if (answering != null) {
                finish.accept(answering, outcome);
            }
        }

        /** The request, for the one who goes on with it; null for all who come later. */
        private @Nullable Answering stop() {
            Answering answering = waiting;
            if (answering != null) {
                waiting = null;
                loop.owner().cancelTimer(timer);
                if (flight != null) {
                    flight.leave(this);
                    flight = null;
                }
            }
            return answering;
        }
    }
}

package dev.sluice.gateway.front.call;

import dev.sluice.gateway.cache.CacheKey;
import dev.sluice.gateway.cache.RequestHash;
import dev.sluice.gateway.cache.ResponseCache;
import dev.sluice.gateway.cache.ResponseCache.Found;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
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

    private static final String CONTROL = "cache-control";
    private static final String STAGE = "cache";

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

    /** Takes over a request that has been decoded. */
    void begin(Answering answering) {
        long liveNanos = answering.endpoint().description().cacheNanos();
        if (liveNanos == 0 || !isForAll(answering)) {
            infer.accept(answering);
            return;
        }
        String control = control(answering.call());
        if (control.contains("no-store")) {
            infer.accept(answering);
            return;
        }
        CacheKey key =
                hash.of(answering.request(), answering.endpoint().description().batcherAddress());
        if (control.contains("no-cache")) {
            answering.call().cached(CacheUse.MISS, 0);
            infer.accept(answering.ahead(cache.anew(key, liveNanos)));
        } else {
            look(answering, key, liveNanos);
        }
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

    private static String control(Call call) {
        @Nullable String said = call.header(CONTROL);
        return said == null ? "" : said.toLowerCase(Locale.ROOT);
    }

    private void look(Answering answering, CacheKey key, long liveNanos) {
        Following following = new Following(answering);
        switch (cache.look(key, liveNanos, following::hear)) {
            case Found.Hit(InferenceResponse response, long ageSeconds) -> {
                answering.call().cached(CacheUse.HIT, ageSeconds);
                finish.accept(answering, response);
            }
            case Found.Miss(var flight) -> {
                answering.call().cached(CacheUse.MISS, 0);
                infer.accept(answering.ahead(flight));
            }
            case Found.Follows follows -> following.begin();
            case Found.Alone alone -> infer.accept(answering);
        }
    }

    /**
     * One that waits for another one's answer, but no longer than its own client does.
     *
     * @thread confined to its front loop, but for {@link #hear}
     */
    private final class Following {

        private final Answering answering;
        private final Context loop = Objects.requireNonNull(Vertx.currentContext(), "a front loop");
        private long timer;
        private boolean over;

        Following(Answering answering) {
            this.answering = answering;
        }

        void begin() {
            long left =
                    answering.request().deadline().remainingNanos(parts.ticker().nanos());
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(left));
            timer = loop.owner().setTimer(millis, late -> end(new InferenceError.DeadlineExceeded(STAGE)));
            answering.request().cancellation().whenCancelled(() -> end(new InferenceError.Cancelled()));
        }

        /** On whatever loop the other one is. */
        void hear(@Nullable InferenceResponse response) {
            loop.runOnContext(told -> {
                if (over) {
                    return;
                }
                if (response == null) {
                    stop();
                    infer.accept(answering);
                } else {
                    answering.call().cached(CacheUse.SHARED, 0);
                    end(response.readyAt(parts.ticker().nanos()));
                }
            });
        }

        private void end(InferenceOutcome outcome) {
            if (!over) {
                stop();
                finish.accept(answering, outcome);
            }
        }

        private void stop() {
            over = true;
            loop.owner().cancelTimer(timer);
        }
    }
}

package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.InferenceResponse;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A request that is on its way to its model, and those that wait for its answer because they are equal to it.
 *
 * @thread any; who waits is told on the loop of the one that was on its way
 * @bound {@value #MOST_FOLLOWERS} wait for one; further ones are let in on their own, so that admission counts them
 */
public final class Flight {

    private static final int MOST_FOLLOWERS = 1024;

    private static final Waiting NOBODY = new Waiting(answer -> {}, null);
    private static final Waiting OVER = new Waiting(answer -> {}, null);

    private final ResponseCache cache;
    private final CacheKey key;
    private final long liveNanos;
    private final AtomicReference<Waiting> waiting = new AtomicReference<>(NOBODY);

    /**
     * One that waits, and those that began before.
     *
     * @thread immutable
     */
    private static final class Waiting {

        private final Consumer<@Nullable InferenceResponse> told;
        private final @Nullable Waiting before;
        private final int count;

        Waiting(Consumer<@Nullable InferenceResponse> told, @Nullable Waiting before) {
            this.told = told;
            this.before = before;
            this.count = before == null ? 0 : before.count + 1;
        }
    }

    /** How it was with somebody who wanted to wait. */
    enum Joined {
        WAITS,
        /** It is over: look again. */
        OVER,
        FULL
    }

    Flight(ResponseCache cache, CacheKey key, long liveNanos) {
        this.cache = cache;
        this.key = key;
        this.liveNanos = liveNanos;
    }

    Joined join(Consumer<@Nullable InferenceResponse> told) {
        while (true) {
            Waiting before = waiting.get();
            if (before == OVER) {
                return Joined.OVER;
            }
            if (before.count == MOST_FOLLOWERS) {
                return Joined.FULL;
            }
            if (waiting.compareAndSet(before, new Waiting(told, before))) {
                return Joined.WAITS;
            }
        }
    }

    /**
     * To be called once, when it has ended.
     *
     * @param response its model's; null where it failed, or another one answered
     */
    public void ended(@Nullable InferenceResponse response) {
        cache.ended(this, key, response, liveNanos);
        for (Waiting each = waiting.getAndSet(OVER); each != null && each != NOBODY; each = each.before) {
            each.told.accept(response);
        }
    }
}

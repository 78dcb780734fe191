package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.InferenceResponse;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request that is on its way to its model, and those that wait for its answer because they are equal to it.
 *
 * @thread any; who waits is told on the loop of the one that was on its way
 * @bound {@value #MOST_FOLLOWERS} wait for one; further ones are let in on their own, so that admission counts them
 */
public final class Flight {

    private static final Logger LOG = LoggerFactory.getLogger(Flight.class);

    private static final int MOST_FOLLOWERS = 1024;

    private final ResponseCache cache;
    private final CacheKey key;
    private final long liveNanos;
    private final int rank;
    private final Object lock = new Object();
    private Set<Follower> waiting = Set.of();
    private boolean over;

    /** How it was with somebody who wanted to wait. */
    enum Joined {
        WAITS,
        /** It is over: look again. */
        OVER,
        /** There is no room, or the one on its way is less urgent. */
        ALONE
    }

    /** @param rank of its priority, 1 being the highest */
    Flight(ResponseCache cache, CacheKey key, long liveNanos, int rank) {
        this.cache = cache;
        this.key = key;
        this.liveNanos = liveNanos;
        this.rank = rank;
    }

    Joined join(Follower follower, int itsRank) {
        synchronized (lock) {
            if (over) {
                return Joined.OVER;
            }
            if (itsRank < rank || waiting.size() >= MOST_FOLLOWERS) {
                return Joined.ALONE;
            }
            if (waiting.isEmpty()) {
                waiting = new LinkedHashSet<>();
            }
            waiting.add(follower);
            return Joined.WAITS;
        }
    }

    /** One of those that wait has gone, and its place is another one's. */
    public void leave(Follower follower) {
        synchronized (lock) {
            if (!waiting.isEmpty()) {
                waiting.remove(follower);
            }
        }
    }

    /** Whether that answer is one to keep. */
    public boolean keeps(InferenceResponse response) {
        return cache.hasRoomFor(response);
    }

    /**
     * To be called once, when it has ended.
     *
     * @param response its model's; null where it failed, or another one answered
     */
    public void ended(@Nullable InferenceResponse response) {
        try {
            cache.ended(this, key, response, liveNanos);
        } finally { // whether or not it could be kept
            for (Follower each : end()) {
                tell(each, response);
            }
        }
    }

    private Set<Follower> end() {
        synchronized (lock) {
            Set<Follower> all = waiting;
            waiting = Set.of();
            over = true;
            return all;
        }
    }

    private static void tell(Follower follower, @Nullable InferenceResponse response) {
        try {
            follower.hear(response);
        } catch (RuntimeException | OutOfMemoryError failure) { // the others are to hear of it all the same
            LOG.error("one that waited for an answer could not be told", failure);
        }
    }
}

package dev.sluice.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The answers that may be given again, and the requests that others wait for.
 *
 * <p>Equal requests that come together run once: the first sets out, and the others wait for its answer. An error is
 * nobody's answer but its own: who waited looks again, and one of them leads. What is kept and what goes is decided by how
 * often it was asked and when (Window TinyLFU), so that requests which never come again do not push out those that do.
 *
 * @thread any
 * @bound {@code cache.max_bytes} of answers, with what holds them; requests on their way, each counted by admission
 */
public final class ResponseCache {

    private final CacheOptions options;
    private final Ticker ticker;
    private final BiPredicate<ModelId, String> isServed;
    private final CacheListener listener;
    private final Cache<CacheKey, CachedAnswer> answers;
    private final KeptAnswers kept = new KeptAnswers();
    private final ConcurrentMap<CacheKey, Flight> flights = new ConcurrentHashMap<>();

    /** @param isServed whether it is that loading of the version that answers now */
    public ResponseCache(
            CacheOptions options, Ticker ticker, BiPredicate<ModelId, String> isServed, CacheListener listener) {
        this.options = options;
        this.ticker = ticker;
        this.isServed = isServed;
        this.listener = listener;
        this.answers = Caffeine.newBuilder()
                .maximumWeight(options.maxBytes())
                .weigher((CacheKey key, CachedAnswer answer) -> answer.bytes())
                .expireAfter(
                        Expiry.<CacheKey, CachedAnswer>writing((key, answer) -> Duration.ofNanos(answer.liveNanos())))
                .ticker(ticker::nanos)
                .removalListener((key, answer, cause) -> noteKept(key))
                .executor(Runnable::run) // a few entries at a time, where threads of its own would be nobody's
                .build();
    }

    /**
     * What the cache has for a request.
     *
     * @thread immutable
     */
    public sealed interface Found {

        /** An answer, which is so many seconds old. */
        record Hit(InferenceResponse response, long ageSeconds) implements Found {}

        /** Nothing: it is to set out, and to say how it ended. */
        record Miss(Flight flight) implements Found {}

        /** It will be told by that one, unless it leaves it. */
        record Follows(Flight flight) implements Found {}

        /** Nothing, and nobody is to wait for it either. */
        record Alone() implements Found {}
    }

    public CacheOptions options() {
        return options;
    }

    /**
     * Looks for an answer, or for somebody who is about to get it and is no less urgent. When it throws, nothing has begun.
     *
     * @param rank of its priority, 1 being the highest
     * @param follower hears the answer of the one that is waited for
     */
    public Found look(CacheKey key, long liveNanos, int rank, Follower follower) {
        while (true) {
            @Nullable CachedAnswer answer = answers.getIfPresent(key);
            if (answer != null) {
                listener.hit(key.model());
                long now = ticker.nanos();
                return new Found.Hit(answer.response(now), TimeUnit.NANOSECONDS.toSeconds(now - answer.atNanos()));
            }
            Found.Miss miss = new Found.Miss(new Flight(this, key, liveNanos, rank));
            @Nullable Flight ahead = flights.putIfAbsent(key, miss.flight());
            if (ahead == null) {
                listener.missed(key.model());
                return miss;
            }
            Found.Follows follows = new Found.Follows(ahead);
            switch (ahead.join(follower, rank)) {
                case WAITS -> {
                    listener.shared(key.model());
                    return follows;
                }
                case ALONE -> {
                    return new Found.Alone();
                }
                case OVER -> {} // it has just been kept, or it has failed
            }
        }
    }

    /** One that wants an answer of its own, which others may be given afterwards. */
    public Flight anew(CacheKey key, long liveNanos) {
        listener.missed(key.model());
        return new Flight(this, key, liveNanos, 1);
    }

    /** Whether it may hold that answer at all: what is larger would be copied only to be pushed out. */
    boolean hasRoomFor(InferenceResponse response) {
        return CachedAnswer.bytes(response) <= options.maxBytes();
    }

    void ended(Flight flight, CacheKey key, @Nullable InferenceResponse response, long liveNanos) {
        try {
            if (response != null && hasRoomFor(response)) {
                answers.put(key, CachedAnswer.of(response, ticker.nanos(), liveNanos));
                noteKept(key);
                if (!isServed.test(key.model(), key.loading())) { // it has left, and nobody would forget this one
                    answers.invalidate(key);
                }
            }
        } finally {
            flights.remove(key, flight);
        }
    }

    /** To be called after each change there: who comes last writes down how it is. */
    private void noteKept(@Nullable CacheKey key) {
        if (key != null) {
            kept.changed(key, () -> answers.policy().getIfPresentQuietly(key));
        }
    }

    /** That version has left, and its answers with it. */
    public void forget(ModelId model) {
        answers.invalidateAll(kept.keys(model));
    }

    /** That loading of the version serves now, and the answers of others before it will never be asked for. */
    public void keepOnly(ModelId model, String loading) {
        answers.invalidateAll(kept.keys(model).stream()
                .filter(key -> !key.loading().equals(loading))
                .toList());
    }

    /** What it holds, by whose answers they are. */
    public Map<ModelId, Long> bytes() {
        answers.cleanUp(); // of what nobody has asked for since its time was over
        return kept.bytes();
    }

    /** How many requests others may be waiting for. */
    int underWay() {
        return flights.size();
    }
}

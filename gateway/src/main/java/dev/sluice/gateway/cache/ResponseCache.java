package dev.sluice.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The answers that may be given again, and the requests that others wait for.
 *
 * <p>Equal requests that come together run once: the first sets out, and the others wait for its answer. An error is nobody's
 * answer but its own: who waited goes on alone. What is kept and what goes is decided by how often it was asked and when (Window
 * TinyLFU), so that requests which never come again do not push out those that do.
 *
 * @thread any
 * @bound {@code cache.max_bytes} of answers, with what holds them; requests on their way, each counted by admission
 */
public final class ResponseCache {

    private final CacheOptions options;
    private final Ticker ticker;
    private final Predicate<ModelId> isLoaded;
    private final Cache<CacheKey, CachedAnswer> answers;
    private final ConcurrentMap<CacheKey, Flight> flights = new ConcurrentHashMap<>();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder shared = new LongAdder();

    /** @param isLoaded whether that version may still be asked */
    public ResponseCache(CacheOptions options, Ticker ticker, Predicate<ModelId> isLoaded) {
        this.options = options;
        this.ticker = ticker;
        this.isLoaded = isLoaded;
        this.answers = Caffeine.newBuilder()
                .maximumWeight(options.maxBytes())
                .weigher((CacheKey key, CachedAnswer answer) -> answer.bytes())
                .expireAfter(
                        Expiry.<CacheKey, CachedAnswer>creating((key, answer) -> Duration.ofNanos(answer.liveNanos())))
                .ticker(ticker::nanos)
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

        /** It will be told. */
        record Follows() implements Found {}

        /** Nothing, and nobody is to wait for it either. */
        record Alone() implements Found {}
    }

    public CacheOptions options() {
        return options;
    }

    /**
     * Looks for an answer, or for somebody who is about to get it.
     *
     * @param told hears the answer of the one that is waited for, on its loop; null if that got none
     */
    public Found look(CacheKey key, long liveNanos, Consumer<@Nullable InferenceResponse> told) {
        while (true) {
            @Nullable CachedAnswer answer = answers.getIfPresent(key);
            if (answer != null) {
                hits.increment();
                long now = ticker.nanos();
                return new Found.Hit(answer.response(now), TimeUnit.NANOSECONDS.toSeconds(now - answer.atNanos()));
            }
            Flight mine = new Flight(this, key, liveNanos);
            @Nullable Flight ahead = flights.putIfAbsent(key, mine);
            if (ahead == null) {
                misses.increment();
                return new Found.Miss(mine);
            }
            switch (ahead.join(told)) {
                case WAITS -> {
                    shared.increment();
                    return new Found.Follows();
                }
                case FULL -> {
                    return new Found.Alone();
                }
                case OVER -> {} // it has just been kept, or it has failed
            }
        }
    }

    /** One that wants an answer of its own, which others may be given afterwards. */
    public Flight anew(CacheKey key, long liveNanos) {
        misses.increment();
        return new Flight(this, key, liveNanos);
    }

    void ended(Flight flight, CacheKey key, @Nullable InferenceResponse response, long liveNanos) {
        if (response != null) {
            answers.put(key, CachedAnswer.of(response, ticker.nanos(), liveNanos));
            if (!isLoaded.test(key.model())) { // it has left meanwhile, and nobody would forget this one
                forget(key.model());
            }
        }
        flights.remove(key, flight);
    }

    /** That version has left, and its answers with it. */
    public void forget(ModelId model) {
        answers.asMap().keySet().removeIf(key -> key.model().equals(model));
    }

    /** How many requests were answered by it. */
    public long hits() {
        return hits.sum();
    }

    /** How many set out because it had nothing for them. */
    public long misses() {
        return misses.sum();
    }

    /** How many waited for another one's answer. */
    public long shared() {
        return shared.sum();
    }

    /** What it holds. */
    public long bytes() {
        return answers.policy().eviction().orElseThrow().weightedSize().orElse(0);
    }

    /** How many requests others may be waiting for. */
    int underWay() {
        return flights.size();
    }
}

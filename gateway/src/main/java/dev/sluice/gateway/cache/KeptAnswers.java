package dev.sluice.gateway.cache;

import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which answers a cache holds, by whose they are, so that nobody needs to look through all of them for those of one model.
 *
 * @thread any; what is of one model is changed by one at a time
 * @bound what the cache holds
 */
final class KeptAnswers {

    private final ConcurrentMap<ModelId, OfModel> models = new ConcurrentHashMap<>();

    /** Changed only while the map lets nobody else at its model. */
    private static final class OfModel {

        private final Map<CacheKey, Integer> bytesByKey = new HashMap<>();
        private long bytes;

        void change(CacheKey key, @Nullable CachedAnswer answer) {
            Integer before = answer == null ? bytesByKey.remove(key) : bytesByKey.put(key, answer.bytes());
            bytes += (answer == null ? 0 : answer.bytes()) - (before == null ? 0 : before);
        }
    }

    /**
     * Something has happened to the answer with that key.
     *
     * @param now what the cache holds of it; asked while nobody else notes anything of that model, so that of two who come
     *     at once the later has the last word
     */
    void changed(CacheKey key, Supplier<@Nullable CachedAnswer> now) {
        models.compute(key.model(), (model, known) -> {
            OfModel held = known == null ? new OfModel() : known;
            held.change(key, now.get());
            return held.bytesByKey.isEmpty() ? null : held;
        });
    }

    /** The keys of that model's answers, as they are now. */
    List<CacheKey> keys(ModelId model) {
        List<CacheKey> keys = new ArrayList<>();
        models.computeIfPresent(model, (same, held) -> {
            keys.addAll(held.bytesByKey.keySet());
            return held;
        });
        return keys;
    }

    /** What each model's answers take. */
    Map<ModelId, Long> bytes() {
        Map<ModelId, Long> bytes = new HashMap<>();
        for (ModelId of : models.keySet()) {
            models.computeIfPresent(of, (model, held) -> {
                bytes.put(model, held.bytes);
                return held;
            });
        }
        return bytes;
    }
}

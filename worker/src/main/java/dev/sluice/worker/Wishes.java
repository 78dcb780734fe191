package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.repository.VersionPolicy;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators want of all models: a wish counts when it has been kept, and not before.
 *
 * @thread the control thread, which waits; wishes are written one at a time, each made from the last that was kept
 * @bound one wish for each model that there was when something was said of it
 * @errors NotKept, and then nothing has changed
 */
final class Wishes {

    private static final Logger LOG = LoggerFactory.getLogger(Wishes.class);

    private final WishStore store;
    private final Announcements announcements;
    private final Map<String, ModelWish> byModel = new HashMap<>();

    /** Of which the store may have something else, because it failed. */
    private final Set<String> unsure = new HashSet<>();

    private final Turns turns = new Turns();

    Wishes(WishStore store, Announcements announcements) {
        this.store = store;
        this.announcements = announcements;
    }

    /**
     * Takes up what was wanted when the server ended.
     *
     * @throws IOException when that cannot be read, or makes no sense
     */
    void begin() throws IOException {
        for (ModelWish wish : Future.fromCompletionStage(store.read()).await()) {
            try {
                VersionPolicy.parse(wish.versions());
            } catch (IllegalArgumentException nonsense) {
                throw new IOException(
                        "the registry has of model " + wish.name() + ": " + nonsense.getMessage(), nonsense);
            }
            put(wish);
        }
    }

    /** All that say anything. */
    Collection<ModelWish> all() {
        return List.copyOf(byModel.values());
    }

    ModelWish of(String name) {
        return byModel.getOrDefault(name, ModelWish.none(name));
    }

    /**
     * Returns when it is kept, and counts.
     *
     * @return what was wanted before
     */
    ModelWish change(String name, UnaryOperator<ModelWish> change) {
        return turns.inTurn(() -> {
            ModelWish before = of(name);
            ModelWish next = change.apply(before);
            if (!next.equals(before) || unsure.contains(name)) {
                write(next);
                put(next);
            }
            return before;
        });
    }

    private void write(ModelWish wish) {
        unsure.add(wish.name());
        try {
            Future.fromCompletionStage(store.write(wish)).await();
        } catch (Exception failure) { // of any kind, thrown from where the compiler cannot see it
            LOG.error("what operators want of model {} cannot be kept: {}", wish.name(), failure.toString());
            throw new InferenceException(new InferenceError.NotKept());
        }
        unsure.remove(wish.name());
    }

    /** The same for what turned out to be impossible: that does not count any more, kept or not. */
    void takeBack(String name, UnaryOperator<ModelWish> change) {
        try {
            change(name, change);
        } catch (InferenceException notKept) {
            put(change.apply(of(name)));
            LOG.error("the next start would try once more what was refused now, unless model {} is told anew", name);
        }
    }

    private void put(ModelWish wish) {
        if (wish.saysNothing()) {
            byModel.remove(wish.name());
        } else {
            byModel.put(wish.name(), wish);
        }
        announcements.tell(new ModelNews.Wished(wish));
    }
}

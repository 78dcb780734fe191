package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.VersionPolicy;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.repository.TrafficConfig;
import dev.sluice.worker.settings.SettingsException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What operators want of all models, and what has become of their versions: a word counts when it has been kept, and not
 * before. What keeps clients safe counts within a second, kept or not.
 *
 * @thread the control thread, which waits; wishes are written one at a time, each made from the last that counted
 * @bound one wish for each model that there was when something was said of it
 * @errors NotKept, and then nothing has changed; what the store has not got it is given again until it takes it
 */
final class Wishes {

    private static final Logger LOG = LoggerFactory.getLogger(Wishes.class);

    private static final long URGENT_MILLIS = 1000;

    private final WishStore store;
    private final Announcements announcements;
    private final Vertx vertx;
    private final long againMillis;
    private final Map<String, ModelWish> byModel = new HashMap<>();

    /** What the store has, as far as it is known. */
    private final Map<String, ModelWish> kept = new HashMap<>();

    /** Of which the store may have something else, because it failed. */
    private final Set<String> unsure = new HashSet<>();

    private final Turns turns = new Turns();
    private boolean againIsDue;
    private boolean isFailing;

    /** @param again after what time the store is asked again to keep what it failed to */
    Wishes(WishStore store, Announcements announcements, Duration again, Vertx vertx) {
        this.store = store;
        this.announcements = announcements;
        this.againMillis = Math.max(1, again.toMillis());
        this.vertx = vertx;
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
                if (!wish.traffic().isEmpty()) {
                    TrafficConfig.parse(wish.traffic());
                }
            } catch (IllegalArgumentException | SettingsException nonsense) {
                throw new IOException(
                        "the registry has of model " + wish.name() + ": " + nonsense.getMessage(), nonsense);
            }
            kept.put(wish.name(), wish);
            put(wish);
        }
    }

    /** Whatever is told to the gateway side goes by the same way. */
    Announcements announcements() {
        return announcements;
    }

    /** All that say anything. */
    Collection<ModelWish> all() {
        return List.copyOf(byModel.values());
    }

    ModelWish of(String name) {
        return byModel.getOrDefault(name, ModelWish.none(name));
    }

    /** What was wanted before a change, and with it. */
    record Changed(ModelWish before, ModelWish after) {}

    /**
     * Returns when it is kept, and counts.
     *
     * @param change asked once more when it has been kept, which takes a while: by then it may have to be refused
     */
    Changed change(String name, UnaryOperator<ModelWish> change) {
        return turns.inTurn(() -> {
            ModelWish next = change.apply(of(name));
            if (next.equals(of(name)) && isKept(next)) {
                return new Changed(next, next);
            }
            write(next);
            ModelWish before = of(name);
            put(afterKeeping(before, change));
            return new Changed(before, of(name));
        });
    }

    private ModelWish afterKeeping(ModelWish now, UnaryOperator<ModelWish> change) {
        try {
            return change.apply(now);
        } catch (InferenceException overtaken) {
            try {
                write(now);
            } catch (InferenceException notKept) {
                LOG.warn("what was refused of model {} is still in the registry, until that takes it back", now.name());
            }
            throw overtaken;
        }
    }

    /**
     * The same for what must not wait for a store that does not answer.
     *
     * @return whether it is kept
     */
    boolean changeAnyway(String name, UnaryOperator<ModelWish> change) {
        ModelWish next = change.apply(of(name));
        if (next.equals(of(name))) {
            return isKept(next);
        }
        Promise<Changed> keeping = Promise.promise();
        vertx.getOrCreateContext().runOnContext(here -> {
            try {
                keeping.complete(change(name, change));
            } catch (RuntimeException notKept) {
                keeping.fail(notKept);
            }
        });
        boolean isKept = keeping.future()
                .timeout(URGENT_MILLIS, TimeUnit.MILLISECONDS)
                .map(true)
                .otherwise(false)
                .await();
        if (!isKept) {
            put(change.apply(of(name)));
            LOG.error("it counts all the same, and may be forgotten at a restart: {}", of(name));
            vertx.getOrCreateContext().runOnContext(here -> keep(name)); // what waits still may find nothing to change
        }
        return isKept;
    }

    private boolean isKept(ModelWish wish) {
        return !unsure.contains(wish.name()) && lastKept(wish.name()).equals(wish);
    }

    private ModelWish lastKept(String name) {
        return kept.getOrDefault(name, ModelWish.none(name));
    }

    private void write(ModelWish wish) {
        boolean isSure = unsure.add(wish.name());
        boolean isOfVersionsOnly =
                isSure && lastKept(wish.name()).with(wish.rollout()).equals(wish);
        CompletionStage<Void> written = isOfVersionsOnly ? store.write(wish.name(), wish.rollout()) : store.write(wish);
        try {
            Future.fromCompletionStage(written).await();
        } catch (Exception failure) { // of any kind, thrown from where the compiler cannot see it
            if (!isFailing) { // and not each time that it is tried again
                LOG.error("what is wanted of model {} cannot be kept: {}", wish.name(), failure.toString());
            }
            isFailing = true;
            tryAgainLater();
            throw new InferenceException(new InferenceError.NotKept());
        }
        isFailing = false;
        unsure.remove(wish.name());
        note(kept, wish);
    }

    private void tryAgainLater() {
        if (!againIsDue) {
            againIsDue = true;
            vertx.setTimer(againMillis, due -> {
                againIsDue = false;
                tryAgain();
            });
        }
    }

    /** One that fails has the others wait for the next time. */
    private void tryAgain() {
        for (String name : List.copyOf(unsure)) {
            if (!keep(name)) {
                return;
            }
        }
    }

    /** Whether the store has taken what counts. */
    private boolean keep(String name) {
        try {
            change(name, wish -> wish);
            LOG.info("what is wanted of model {} has been kept after all", name);
            return true;
        } catch (InferenceException notYet) {
            return false;
        }
    }

    /** The same for what turned out to be impossible: that does not count any more, kept or not. */
    void takeBack(String name, UnaryOperator<ModelWish> change) {
        try {
            change(name, change);
        } catch (InferenceException notKept) {
            put(change.apply(of(name)));
            LOG.error("a start before the registry takes it would try once more what was refused of model {}", name);
        }
    }

    private void put(ModelWish wish) {
        note(byModel, wish);
        announcements.tell(new ModelNews.Wished(wish));
    }

    private static void note(Map<String, ModelWish> map, ModelWish wish) {
        if (wish.saysNothing()) {
            map.remove(wish.name());
        } else {
            map.put(wish.name(), wish);
        }
    }
}

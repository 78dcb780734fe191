package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLifecycle;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.Reconciliation;
import dev.sluice.worker.repository.Reconciliation.Standing;
import dev.sluice.worker.repository.Reconciliation.Step;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the model versions in memory in step with those that are wanted, and tells the gateway side of every step.
 *
 * <p>Whoever is to take another's place is ready first. Then the front is told and has taken note, and only then does
 * the other begin to drain: there is no moment at which a request finds nobody.
 *
 * @thread the control thread; several versions are on their way at once, each in a virtual thread of that context
 * @errors a version that cannot be served fails alone, and its reason is reported
 * @owns the versions in memory
 */
final class ModelKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(ModelKeeper.class);

    /**
     * A version that is in memory, was, or is on its way.
     *
     * @thread the control thread
     */
    private static final class Kept {

        private final ModelLifecycle life = new ModelLifecycle();
        private ModelLocation tried;
        private @Nullable ServedModel serving;
        private boolean replacing;
        private boolean again;
        private String reason = "";

        Kept(ModelLocation location) {
            this.tried = location;
        }

        Standing standing() {
            return new Standing(life.state(), again ? Fingerprint.NONE : tried.fingerprint(), replacing);
        }

        /** When it was tried last, whether or not it serves from before that. */
        boolean hasFailed() {
            boolean serves = life.state() == ModelState.READY && !replacing;
            return life.state() == ModelState.FAILED || (serves && !reason.isEmpty());
        }

        @Nullable
        Description description() {
            boolean serves = life.state() == ModelState.READY || life.state() == ModelState.DRAINING;
            return serving != null && serves ? serving.description() : null;
        }

        void closeServing() {
            if (serving != null) {
                serving.close();
                serving = null;
            }
        }
    }

    /**
     * What is to be in memory.
     *
     * @thread the control thread
     */
    @FunctionalInterface
    interface Wish {

        /** @param broken what has failed, and another version may be wanted in its place */
        Map<ModelId, ModelLocation> given(Predicate<ModelId> broken);
    }

    private final ModelLoader loader;
    private final ControlOptions options;
    private final Announcements announcements;
    private final Context control;
    private final UnaryOperator<String> forClients;
    private final Map<ModelId, Kept> kept = new LinkedHashMap<>();
    private final Set<ModelId> idle = new HashSet<>();
    private final UnderWay underWay = new UnderWay();
    private Wish wish = broken -> Map.of();
    private Map<ModelId, ModelLocation> wanted = Map.of();
    private Set<ModelId> present = Set.of();
    private Runnable whenChanged = () -> {};
    private boolean closing;

    /** @param forClients takes out of a reason what is nobody's business */
    ModelKeeper(
            ModelLoader loader,
            ControlOptions options,
            Announcements announcements,
            Context control,
            UnaryOperator<String> forClients) {
        this.loader = loader;
        this.announcements = announcements;
        this.options = options;
        this.control = control;
        this.forClients = forClients;
    }

    /**
     * Begins to make it so.
     *
     * @param everything what there is in the repository
     * @param some of it, to be in memory
     */
    void want(Set<ModelId> everything, Wish some) {
        present = everything;
        wish = some;
        reconcile();
        tellOfIdle();
    }

    /** Has that called whenever something has come to its end. */
    void whenChanged(Runnable listener) {
        whenChanged = listener;
    }

    /** Tries again what failed when it was read last, although its files are the same. */
    void retry(String name) {
        kept.forEach((model, version) -> version.again |= model.name().equals(name) && version.hasFailed());
    }

    /** Complete when nothing of that model is on its way; at once if nothing is. */
    Future<Void> settled(String name) {
        return underWay.settled(model -> model.name().equals(name));
    }

    /** The same of all models. */
    Future<Void> settled() {
        return underWay.settled(model -> true);
    }

    private void reconcile() {
        if (closing) {
            return;
        }
        wanted = wish.given(model -> state(model) == ModelState.FAILED);
        Map<ModelId, Standing> standing = new LinkedHashMap<>();
        kept.forEach((model, version) -> standing.put(model, version.standing()));
        Reconciliation.steps(wanted, standing).forEach(this::begin);
    }

    /** The state changes here, at once, so that the next look finds it changed; the rest happens in its own time. */
    private void begin(Step step) {
        switch (step) {
            case Step.Load(ModelLocation location) -> {
                Kept version = kept.computeIfAbsent(location.model(), first -> new Kept(location));
                version.tried = location;
                version.again = false;
                version.life.enter(ModelState.LOADING);
                inItsOwnTime(location.model(), () -> load(version));
            }
            case Step.Replace(ModelLocation location) -> {
                Kept version = known(location.model());
                version.tried = location;
                version.again = false;
                version.replacing = true;
                inItsOwnTime(location.model(), () -> replace(version));
            }
            case Step.Drain(ModelId model) -> {
                Kept version = known(model);
                version.life.enter(ModelState.DRAINING);
                inItsOwnTime(model, () -> drain(version));
            }
            case Step.Forget(ModelId model) -> {
                Kept version = known(model);
                kept.remove(model);
                inItsOwnTime(model, () -> {
                    version.closeServing();
                    rest(model);
                });
            }
        }
    }

    private Kept known(ModelId model) {
        return Objects.requireNonNull(kept.get(model));
    }

    private void inItsOwnTime(ModelId model, Runnable work) {
        underWay.begins(model);
        control.runOnContext(here -> {
            try {
                work.run();
            } finally {
                underWay.ends(model);
                goOn();
            }
        });
    }

    private void goOn() {
        try {
            reconcile();
            tellOfIdle();
            whenChanged.run();
        } finally {
            underWay.tell();
        }
    }

    private void load(Kept version) {
        ModelId model = version.tried.model();
        try {
            version.closeServing(); // what is left of one that failed when it had served
            report(version, "");
            Runnable warming = () -> {
                version.life.enter(ModelState.WARMING);
                report(version, "");
            };
            version.serving = load(version, warming);
            version.life.enter(ModelState.READY);
            report(version, "");
        } catch (Throwable broken) { // nothing may leave it on its way for ever
            LOG.error("model {} cannot be served: {}", model, broken.getMessage());
            version.life.enter(ModelState.FAILED);
            report(version, String.valueOf(broken.getMessage()));
        }
    }

    private ServedModel load(Kept version, Runnable warming) throws Exception {
        Watch watch = new Watch(version);
        ModelLoader.Progress progress = new ModelLoader.Progress(how -> hear(version, how), warming, watch);
        watch.served = loader.load(version.tried, new Fallbacks(wanted.values()).of(version.tried), progress);
        return watch.served;
    }

    /** How far the files of a version are; says whether anybody still wants them. */
    private boolean hear(Kept version, String how) {
        if (!how.equals(version.reason)) {
            report(version, how);
        }
        return wanted.containsKey(version.tried.model());
    }

    /**
     * Hears what becomes of the instances of a version as it was loaded once.
     *
     * @thread the control thread
     */
    private final class Watch implements InstanceDeployer.Serving {

        private final Kept version;
        private @Nullable ServedModel served;

        Watch(Kept version) {
            this.version = version;
        }

        @Override
        public void failed(String why) {
            changed(ModelState.READY, ModelState.FAILED, why);
        }

        @Override
        public void restored() {
            changed(ModelState.FAILED, ModelState.READY, "");
        }

        /** Of one that has been replaced meanwhile, nobody wants to know. */
        private void changed(ModelState from, ModelState to, String reason) {
            if (served != null && version.serving == served && version.life.state() == from) {
                version.life.enter(to);
                report(version, reason);
                reconcile();
            }
        }
    }

    private void replace(Kept version) {
        ServedModel before = version.serving;
        try {
            version.serving = load(version, () -> {});
            if (version.life.state() == ModelState.FAILED) {
                version.life.enter(ModelState.READY);
            }
            report(version, "");
        } catch (Throwable broken) {
            LOG.error(
                    "the files of model {} have changed and cannot be served; what was loaded before goes on: {}",
                    version.tried.model(),
                    broken.getMessage());
            report(version, "its files have changed and cannot be served: " + broken.getMessage());
            version.replacing = false;
            return;
        }
        version.replacing = false; // it may be replaced again while what was before takes its leave
        if (before != null) {
            leave(before);
        }
    }

    private void leave(ServedModel served) {
        served.drain(options.drainTimeout());
        served.close();
    }

    private void drain(Kept version) {
        ModelId model = version.tried.model();
        report(version, "");
        leave(Objects.requireNonNull(version.serving));
        version.serving = null;
        version.life.enter(ModelState.UNLOADED);
        kept.remove(model);
        LOG.info("model {} is unloaded", model);
        rest(model);
    }

    private void rest(ModelId model) {
        if (!kept.containsKey(model) && idle.add(model)) {
            announcements.tell(new ModelReport(model, ModelState.UNLOADED, null, ""));
        }
    }

    /** Waits until the report has been taken note of, so that what it says is true when it is said elsewhere. */
    private void report(Kept version, String reason) {
        ModelId model = version.tried.model();
        idle.remove(model);
        version.reason = forClients.apply(reason);
        announcements.tell(new ModelReport(model, version.life.state(), version.description(), version.reason));
    }

    /** Of what lies in the repository, or did, and is not in memory. */
    private void tellOfIdle() {
        present.forEach(this::rest);
        for (ModelId model : List.copyOf(idle)) {
            if (!present.contains(model) && idle.remove(model)) {
                announcements.tell(new ModelNews.Removed(model));
            }
        }
    }

    /** The versions of that model that are wanted, in the order in which they are. */
    List<ModelId> wanted(String name) {
        return wanted.keySet().stream()
                .filter(model -> model.name().equals(name))
                .toList();
    }

    /** Whether it could not be loaded when it was tried last. */
    boolean hasFailed(ModelId model) {
        Kept version = kept.get(model);
        return version != null && version.hasFailed();
    }

    /** Where that version stands; {@link ModelState#UNLOADED} if nothing is known of it. */
    ModelState state(ModelId model) {
        Kept version = kept.get(model);
        return version == null ? ModelState.UNLOADED : version.life.state();
    }

    /** Why it is there, if it failed; otherwise empty. */
    String reason(ModelId model) {
        Kept version = kept.get(model);
        return version == null ? "" : version.reason;
    }

    /** Frees the memory of all; what is deployed has been undeployed before. */
    void close() {
        closing = true;
        List.copyOf(kept.values()).forEach(Kept::closeServing);
    }
}

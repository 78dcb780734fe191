package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.memory.Resident;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.Reconciliation;
import dev.sluice.worker.repository.Reconciliation.Step;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
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
 * @owns the versions in memory ({@link KeptVersions})
 */
final class ModelKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(ModelKeeper.class);

    private final ModelLoader loader;
    private final Departures departures;
    private final Announcements announcements;
    private final Context control;
    private final UnaryOperator<String> forClients;
    private final KeptVersions kept = new KeptVersions();
    private final UnloadedVersions unloaded;
    private final Settling settling = new Settling();
    private final ModelSleep sleep;
    private final GroupSizes sizes;
    private Function<Predicate<ModelId>, Map<ModelId, ModelLocation>> wish = broken -> Map.of();
    private Map<ModelId, ModelLocation> wanted = Map.of();
    private Runnable whenChanged = () -> {};
    private boolean closing;

    /** @param forClients takes out of a reason what is nobody's business */
    ModelKeeper(
            ModelLoader loader,
            ModelSleep.Parts parts,
            Announcements announcements,
            Context control,
            UnaryOperator<String> forClients) {
        this.loader = loader.among(new StagesToCome(() -> wanted.values()));
        this.announcements = announcements;
        this.unloaded = new UnloadedVersions(announcements, forClients);
        this.departures = new Departures(parts.options().drainTimeout());
        this.control = control;
        this.forClients = forClients;
        Steps steps = new Steps();
        this.sleep = new ModelSleep(parts, kept, steps);
        this.sizes = new GroupSizes(kept, steps);
    }

    /** Where the versions stand that it keeps. */
    KeptVersions versions() {
        return kept;
    }

    /** Has each version of a model have as many instances in each group. */
    void keepInstances(GroupSizes.Wanted wanted) {
        sizes.want(wanted);
    }

    /** Why a version of that model has not the instances that it is to have; empty if all have. */
    Optional<String> lackOfInstances(String name) {
        return sizes.lack(name);
    }

    /** Lets models fall asleep, except these. */
    void mayRest(Predicate<ModelId> onTrial) {
        sleep.begin(onTrial);
    }

    /** Has a version that is asleep loaded again, as {@link WaitingRoom.Waker} wants it; on any thread. */
    Future<Description> wake(ModelId model, BooleanSupplier wanted) {
        return Future.future(
                awake -> control.runOnContext(here -> sleep.wake(model, wanted).onComplete(awake)));
    }

    /**
     * What happens to a version that falls asleep or is woken.
     *
     * @thread the control thread
     */
    private final class Steps implements ModelSleep.Steps {

        @Override
        public void inItsOwnTime(ModelId model, Runnable work) {
            ModelKeeper.this.inItsOwnTime(model, work);
        }

        @Override
        public void report(KeptVersion version, String reason) {
            ModelKeeper.this.report(version, reason);
        }

        @Override
        public void bring(KeptVersion version) throws Exception {
            ModelKeeper.this.bring(version);
        }

        @Override
        public void leave(ServedModel served) {
            departures.of(served);
        }
    }

    /**
     * Begins to make it so.
     *
     * @param everything in the repository, each with the reason why it is not to be in memory, if it is not
     * @param some of it, to be in memory, by which versions have failed, for another may be wanted in their place
     */
    void want(Map<ModelId, String> everything, Function<Predicate<ModelId>, Map<ModelId, ModelLocation>> some) {
        unloaded.of(everything);
        wish = some;
        reconcile();
        tellOfUnloaded();
    }

    /** Has that called whenever something has come to its end. */
    void whenChanged(Runnable listener) {
        whenChanged = listener;
    }

    /** Tries again what failed when it was read last, although its files are the same, and has loaded what is asleep. */
    void retry(String name) {
        for (KeptVersion version : kept.all()) {
            boolean isOfUse = version.hasFailed() || version.life.state() == ModelState.ASLEEP;
            version.again |= isOfUse && version.model().name().equals(name);
        }
    }

    /** The same of one version, unless it is asleep: then who asks it has it tried. Says whether it is tried. */
    boolean retryFailed(ModelId model) {
        KeptVersion version = kept.find(model);
        if (version == null || !version.hasFailed() || version.life.state() == ModelState.ASLEEP) {
            return false;
        }
        version.again = true;
        reconcile();
        return true;
    }

    /** Has that version tried when it is next looked at what is wanted, if it failed when it was read last. */
    void giveAnotherTry(ModelId model) {
        KeptVersion version = kept.find(model);
        if (version != null) {
            version.again |= version.hasFailed();
        }
    }

    /** Complete when nothing of that model is on its way; at once if nothing is. */
    Future<Void> settled(String name) {
        return settling.settled(model -> model.name().equals(name));
    }

    /** The same of all models. */
    Future<Void> settled() {
        return settling.settled(model -> true);
    }

    private void reconcile() {
        if (closing) {
            return;
        }
        wanted = wish.apply(model -> kept.state(model) == ModelState.FAILED);
        Reconciliation.steps(wanted, kept.standing()).forEach(this::begin);
        sizes.adjust();
    }

    /** The state changes here, at once, so that the next look finds it changed; the rest happens in its own time. */
    private void begin(Step step) {
        switch (step) {
            case Step.Load(ModelLocation location) -> {
                KeptVersion version = kept.of(location);
                version.begins(location);
                inItsOwnTime(location.model(), () -> load(version));
            }
            case Step.Replace(ModelLocation location) -> {
                KeptVersion version = kept.get(location.model());
                version.tried = location;
                version.again = false;
                version.replacing = true;
                inItsOwnTime(location.model(), () -> replace(version));
            }
            case Step.Drain(ModelId model) -> {
                KeptVersion version = kept.get(model);
                version.life.enter(ModelState.DRAINING);
                inItsOwnTime(model, () -> drain(version));
            }
            case Step.Forget(ModelId model) -> {
                KeptVersion version = kept.get(model);
                kept.remove(model);
                inItsOwnTime(model, () -> {
                    version.close();
                    sleep.forget(model);
                    rest(model);
                });
            }
        }
    }

    private void inItsOwnTime(ModelId model, Runnable work) {
        settling.begins(model);
        control.runOnContext(here -> settling.through(model, work, this::goOn, () -> closing));
    }

    private void goOn() {
        try {
            reconcile();
            tellOfUnloaded();
            whenChanged.run();
        } finally {
            settling.tellWaiters();
        }
    }

    private void load(KeptVersion version) {
        ModelId model = version.tried.model();
        try {
            version.close(); // what is left of one that failed when it had served
            version.profiles = Map.of(); // its files may be others
            version.failedWakes = 0;
            bring(version);
        } catch (Throwable broken) { // nothing may leave it on its way for ever
            version.close();
            LOG.error("model {} cannot be served: {}", model, broken.getMessage());
            version.life.enter(ModelState.FAILED);
            report(version, version.failsFor(broken));
        } finally {
            version.tellWakers(new InferenceError.ModelNotReady(model, version.reason, InferenceError.NO_RETRY));
        }
    }

    private void bring(KeptVersion version) throws Exception {
        report(version, "");
        Runnable warming = () -> {
            version.life.enter(ModelState.WARMING);
            report(version, "");
        };
        ServedModel served = load(version, warming);
        version.serving = served;
        version.life.enter(ModelState.READY);
        try {
            report(version, "");
        } catch (RuntimeException unheard) {
            if (version.life.state() == ModelState.READY && served.equals(version.serving)) {
                version.serving = null;
                inItsOwnTime(version.model(), served::close); // it has failed, and nobody else would
                throw unheard;
            } // otherwise it has been sent away or to sleep since, which is told in its turn
        }
    }

    private ServedModel load(KeptVersion version, Runnable warming) throws Exception {
        InstanceWatch watch = new InstanceWatch(version, reason -> {
            report(version, reason);
            reconcile();
        });
        version.fallback = new Fallbacks(wanted.values()).of(version.tried);
        loader.bringHere(version, how -> hear(version, how));
        sleep.admit(version); // what it takes is known by its files
        ModelLoader.Progress progress = new ModelLoader.Progress(warming, watch);
        ModelLoader.Wish wished = new ModelLoader.Wish(
                version.fallback, sizes.most(version.model().name()));
        ServedModel served = loader.load(version.here(), wished, version.profiles, progress);
        watch.begin(served);
        version.rest = served.rest();
        return served;
    }

    /** How far the files of a version are; says whether anybody still wants these. */
    private boolean hear(KeptVersion version, String how) {
        if (!how.equals(version.reason)) {
            report(version, how);
        }
        ModelLocation now = wanted.get(version.model());
        return now != null && now.fingerprint().equals(version.tried.fingerprint());
    }

    private void replace(KeptVersion version) {
        ServedModel before = version.serving;
        Resident inMemory = sleep.isToLeave(version);
        try {
            version.profiles = Map.of();
            version.serving = load(version, () -> {});
        } catch (Throwable broken) {
            LOG.error(
                    "the files of model {} have changed and cannot be served; what was loaded before goes on: {}",
                    version.tried.model(),
                    broken.getMessage());
            sleep.hasLeft(inMemory);
            version.bytes = inMemory.bytes();
            version.replacing = false;
            report(version, "its files have changed and cannot be served: " + version.failsFor(broken));
            return;
        }
        try {
            if (version.life.state() == ModelState.FAILED) {
                version.life.enter(ModelState.READY);
            }
            report(version, "");
        } finally {
            version.replacing = false; // it may be replaced again while what was before takes its leave
            sleep.leave(before, inMemory);
        }
    }

    private void drain(KeptVersion version) {
        ModelId model = version.tried.model();
        try {
            report(version, "");
        } finally { // whether or not everybody has heard of it
            departures.of(Objects.requireNonNull(version.serving));
            version.serving = null;
            version.close();
            version.life.enter(ModelState.UNLOADED);
            kept.remove(model);
            LOG.info("model {} is unloaded", model);
            rest(model);
        }
    }

    private void rest(ModelId model) {
        if (!kept.contains(model)) {
            unloaded.add(model);
        }
    }

    private void tellOfUnloaded() {
        unloaded.tell(kept::contains);
    }

    /** Waits until the report has been taken note of, so that what it says is true when it is said elsewhere. */
    private void report(KeptVersion version, String reason) {
        ModelId model = version.tried.model();
        unloaded.remove(model);
        version.reason = forClients.apply(reason);
        announcements.tell(version.report());
    }

    /** The versions of that model that are wanted, in the order in which they are. */
    List<ModelId> wanted(String name) {
        return wanted.keySet().stream()
                .filter(model -> model.name().equals(name))
                .toList();
    }

    /** Frees the memory of all; what is deployed has been undeployed before. */
    void close() {
        closing = true;
        departures.close();
        kept.close();
    }
}

package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.ModelRoots;
import dev.sluice.worker.repository.Selection;
import dev.sluice.worker.repository.ToldSources;
import dev.sluice.worker.repository.TrafficConfig;
import dev.sluice.worker.repository.VersionPolicy;
import dev.sluice.worker.settings.SettingsException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which model versions are to be in memory: looks at the repository and listens to operators.
 *
 * @thread the control thread; the files are looked at on a thread that may wait
 * @errors of a directory that cannot be read any more the last known state is kept
 */
final class ModelControl {

    private static final Logger LOG = LoggerFactory.getLogger(ModelControl.class);

    private final ControlOptions options;
    private final ModelRoots repository;
    private final Path root;
    private final Selection selection;
    private final ModelKeeper keeper;
    private final Wishes wishes;
    private final VersionLabels labels;
    private final TrafficControl traffic;
    private final Fetching fetching;
    private final SourceControl sources;
    private final Vertx vertx;
    private final Turns applying = new Turns();
    private List<ModelFolder> found = List.of();
    private boolean looking;
    private String lastFault = "";

    ModelControl(WorkerOptions worker, ModelKeeper keeper, Wishes wishes, Fetching fetching, Vertx vertx) {
        Announcements announcements = new Announcements(vertx.eventBus());
        this.options = worker.control();
        this.repository = new ModelRoots(worker.models(), options.settle(), InstantSource.system());
        boolean untilTold = options.mode() != ControlOptions.Mode.EXPLICIT;
        this.selection = new Selection(untilTold, options.load(), wishes::of);
        this.keeper = keeper;
        this.wishes = wishes;
        this.fetching = fetching;
        this.sources = new SourceControl(wishes, fetching);
        this.root = worker.models().stream().findFirst().orElse(Path.of(""));
        this.labels = new VersionLabels(announcements, keeper, wishes);
        this.traffic = new TrafficControl(announcements, keeper, labels);
        this.vertx = vertx;
    }

    /**
     * Takes what is there as it is, and waits until all of it has been tried.
     *
     * @throws IOException when no directory of the repository can be read, or not what operators want of it
     */
    void begin() throws IOException {
        wishes.begin();
        found = repository.first();
        keeper.whenChanged(() -> labels.publish(folders()));
        fetching.whenDue(model -> {
            keeper.retry(model.name());
            apply();
        });
        apply();
        keeper.settled().await();
        if (options.mode() == ControlOptions.Mode.WATCH) {
            vertx.setPeriodic(Math.max(1, options.poll().toMillis()), due -> look());
        }
    }

    private void look() {
        if (!looking) { // a slow file system must not make looks pile up
            looking = true;
            try {
                rescan();
            } finally {
                looking = false;
            }
        }
    }

    private void rescan() {
        try {
            found = vertx.executeBlocking(repository::look).await();
            lastFault = "";
            apply();
        } catch (RuntimeException defect) {
            if (!lastFault.equals(defect.toString())) {
                lastFault = defect.toString();
                LOG.error("the models stay as they are", defect);
            }
        }
    }

    /** What lies in the repository, and what operators say is to be had elsewhere. */
    private List<ModelFolder> folders() {
        return ToldSources.added(found, wishes.all(), root);
    }

    /** One at a time: it waits on its way, and who comes in between knows more than who began. */
    private void apply() {
        applying.inTurn(() -> {
            applyNow();
            return true;
        });
    }

    private void applyNow() {
        List<ModelFolder> now = folders();
        Set<ModelId> present = new LinkedHashSet<>();
        for (ModelFolder folder : now) {
            folder.versions().keySet().forEach(version -> present.add(new ModelId(folder.name(), version)));
        }
        Map<String, TrafficPlan> plans = traffic.publish(now, selection); // first, or a new version could serve untried
        keeper.want(present, broken -> selection.of(now, plans, broken));
        labels.publish(now);
    }

    /** Does what an operator wants, and returns when it is done. */
    Outcome obey(ModelCommand command) {
        Outcome outcome;
        try {
            outcome = done(command);
        } catch (InferenceException refusal) {
            outcome = refused(refusal.error());
        } catch (RuntimeException defect) {
            LOG.error("{} failed", command, defect);
            outcome = new Outcome(new InferenceError.EngineFailure(command.toString()), "");
        }
        LOG.info("{}: {}", command, outcome.refusal() == null ? outcome.message() : outcome.refusal());
        return outcome;
    }

    private Outcome done(ModelCommand command) {
        if (takesFiles(command)) { // whoever asks says that they are whole; the files of others are nobody's business
            String taken = command.name();
            found = vertx.executeBlocking(() -> repository.take(taken)).await();
        }
        Optional<ModelFolder> folder = folders().stream()
                .filter(of -> of.name().equals(command.name()))
                .findFirst();
        boolean forgets = command instanceof ModelCommand.Reset
                && (traffic.hasBeenTold(command.name())
                        || !wishes.of(command.name()).saysNothing());
        if (folder.isEmpty() && !forgets && !(command instanceof ModelCommand.Source)) {
            return refused(new InferenceError.UnknownModel(
                    "the repository has no model " + InferenceException.quoted(command.name())));
        }
        return switch (command) {
            case ModelCommand.Load(String name) -> load(name);
            case ModelCommand.Unload(String name) -> {
                wishes.change(name, wish -> wish.with(Memory.UNLOADED));
                yield applied(name);
            }
            case ModelCommand.Serve(String name, List<String> versions) ->
                serve(folder.orElseThrow(), versions, Optional::empty);
            case ModelCommand.Rollback(String name) -> rollBack(folder.orElseThrow());
            case ModelCommand.Label(String name, String label, long version) -> label(name, label, version);
            case ModelCommand.Traffic(String name, String policy) -> tryOut(name, policy);
            case ModelCommand.Promote(String name, long version, String reason) ->
                promote(folder.orElseThrow(), version);
            case ModelCommand.Reject(String name, long version, String reason) -> reject(name, version, reason);
            case ModelCommand.Source said -> source(folder, said);
            case ModelCommand.Reset(String name) -> {
                wishes.change(name, wish -> ModelWish.none(name));
                traffic.forget(name);
                settle(name);
                yield new Outcome(null, inMemory(name)); // whatever becomes of it now: nothing more has been said
            }
        };
    }

    private Outcome load(String name) {
        wishes.change(name, wish -> wish.with(Memory.LOADED));
        keeper.retry(name);
        Outcome outcome = applied(name);
        return keeper.wanted(name).isEmpty()
                ? refused(new InferenceError.UnknownModel("model " + InferenceException.quoted(name)
                        + " has none of the versions that its model.yaml wants served"))
                : outcome;
    }

    private Outcome source(Optional<ModelFolder> folder, ModelCommand.Source said) {
        Outcome outcome = sources.obey(folder, said, () -> {
            settle(said.name());
            return failure(new ModelId(said.name(), said.version()))
                    .map(ModelControl::refused)
                    .orElseGet(() -> new Outcome(null, inMemory(said.name())));
        });
        apply(); // as it was, if it has been refused
        return outcome;
    }

    private static boolean takesFiles(ModelCommand command) {
        return switch (command) {
            case ModelCommand.Load load -> true;
            case ModelCommand.Serve serve -> true;
            case ModelCommand.Rollback rollback -> true;
            case ModelCommand.Traffic traffic -> true;
            case ModelCommand.Reset reset -> true;
            case ModelCommand.Source source -> true;
            case ModelCommand.Unload unload -> false;
            case ModelCommand.Label label -> false;
            case ModelCommand.Promote promote -> false;
            case ModelCommand.Reject reject -> false;
        };
    }

    private Outcome tryOut(String name, @Nullable String policy) {
        @Nullable TrafficConfig config;
        try {
            config = policy == null ? null : TrafficConfig.parse(policy);
        } catch (SettingsException faulty) {
            return refused(new InferenceError.InvalidRequest(
                    "traffic", faulty.problems().getFirst()));
        }
        Outcome outcome = traffic.trying(name, config, () -> tried(name));
        apply(); // as it was, if it has been refused
        return outcome;
    }

    private Outcome tried(String name) {
        settle(name);
        long candidate = traffic.candidate(name);
        Optional<InferenceError> failure =
                candidate == TrafficPlan.NOBODY ? Optional.empty() : failure(new ModelId(name, candidate));
        return failure.map(ModelControl::refused).orElseGet(() -> new Outcome(null, traffic.inWords(name)));
    }

    private Outcome promote(ModelFolder folder, long version) {
        long candidate = traffic.candidate(folder.name());
        Optional<InferenceError> refusal = traffic.refusal(folder.name(), version);
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        ModelId model = new ModelId(folder.name(), candidate);
        return keeper.state(model) == ModelState.READY
                ? serve(folder, List.of(Long.toString(candidate)), () -> traffic.refusal(folder.name(), candidate))
                : refused(new InferenceError.ModelNotReady(
                        model, "it is not ready to take over", InferenceError.RETRY_SOON_MILLIS));
    }

    private Outcome reject(String name, long version, String reason) {
        Optional<InferenceError> refusal = traffic.refusal(name, version);
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        long sentAway = traffic.candidate(name);
        traffic.reject(new ModelId(name, sentAway), reason);
        settle(name);
        return new Outcome(null, "version " + sentAway + " is sent away; " + inMemory(name));
    }

    /** @param objection why that is not to be done any more when it has been kept, which takes a while */
    private Outcome serve(ModelFolder folder, List<String> versions, Supplier<Optional<InferenceError>> objection) {
        String name = folder.name();
        if (versions.isEmpty()) {
            wishes.change(name, wish -> wish.serving(versions));
            return applied(name);
        }
        VersionPolicy policy;
        try {
            policy = VersionPolicy.parse(versions);
        } catch (IllegalArgumentException faulty) {
            return refused(new InferenceError.InvalidRequest("versions", String.valueOf(faulty.getMessage())));
        }
        Set<Long> present = folder.versions().keySet();
        Set<Long> missing = policy.missingFrom(present);
        if (!missing.isEmpty()) {
            return refused(new InferenceError.UnknownModel(
                    "model " + InferenceException.quoted(name) + " has no version " + missing + "; it has " + present));
        }
        ModelWish before = wishes.change(name, wish -> wish.serving(versions));
        Outcome outcome = objection
                .get()
                .map(ModelControl::refused)
                .orElseGet(() -> traffic.choosing(folder, policy, () -> applied(name)));
        if (outcome.refusal() != null) { // then nothing has been said, unless somebody has said something else since
            wishes.takeBack(name, wish -> wish.versions().equals(versions) ? wish.serving(before.versions()) : wish);
            apply();
        }
        return outcome;
    }

    private Outcome rollBack(ModelFolder folder) {
        if (traffic.candidate(folder.name()) != TrafficPlan.NOBODY) {
            return reject(folder.name(), TrafficPlan.NOBODY, "an operator rolled it back");
        }
        Optional<Long> serving = folder.versions().descendingKeySet().stream()
                .filter(version -> keeper.state(new ModelId(folder.name(), version)) == ModelState.READY)
                .findFirst();
        Set<Long> rejected = traffic.rejected(folder.name());
        Optional<Long> before =
                serving.flatMap(version -> folder.versions().headMap(version, false).descendingKeySet().stream()
                        .filter(older -> !rejected.contains(older))
                        .findFirst());
        if (before.isEmpty()) {
            return refused(new InferenceError.InvalidRequest(
                    "model",
                    serving.isEmpty()
                            ? "model \"" + folder.name() + "\" serves no version that could be rolled back"
                            : "the repository has no version of model \"" + folder.name() + "\" before " + serving.get()
                                    + (rejected.isEmpty() ? "" : " that was not sent away")));
        }
        return serve(folder, List.of(before.get().toString()), Optional::empty);
    }

    private Outcome label(String name, String label, long version) {
        if (version != 0 && keeper.state(new ModelId(name, version)) != ModelState.READY) {
            return refused(new InferenceError.InvalidRequest(
                    "version", "a label may point to a version that is ready only, and " + version + " is not"));
        }
        wishes.change(name, wish -> wish.labelled(label, version));
        apply(); // a label may say which version is to be tried
        return new Outcome(null, version == 0 ? label + " is no label any more" : label + " is version " + version);
    }

    private Outcome applied(String name) {
        settle(name);
        return keeper.wanted(name).stream()
                .flatMap(model -> failure(model).stream())
                .findFirst()
                .map(ModelControl::refused)
                .orElseGet(() -> new Outcome(null, inMemory(name)));
    }

    private void settle(String name) {
        apply();
        keeper.settled(name).await();
    }

    private Optional<InferenceError> failure(ModelId model) {
        return keeper.hasFailed(model)
                ? Optional.of(new InferenceError.ModelNotReady(model, keeper.reason(model), InferenceError.NO_RETRY))
                : Optional.empty();
    }

    /** For people. */
    private String inMemory(String name) {
        String versions = keeper.wanted(name).stream()
                .filter(model -> !keeper.hasFailed(model))
                .map(model -> Long.toString(model.version()))
                .collect(Collectors.joining(", "));
        return versions.isEmpty() ? "no version is in memory" : "serving: " + versions;
    }

    private static Outcome refused(InferenceError why) {
        return new Outcome(why, "");
    }
}

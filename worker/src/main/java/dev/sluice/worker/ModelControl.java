package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.VersionPolicy;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.Rollouts;
import dev.sluice.worker.repository.Selection;
import dev.sluice.worker.repository.TrafficConfig;
import dev.sluice.worker.settings.SettingsException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
    private final Folders folders;
    private final InstanceCounts instances;
    private final Selection selection;
    private final StageWishes stages;
    private final ModelKeeper keeper;
    private final KeptVersions kept;
    private final Wishes wishes;
    private final VersionLabels labels;
    private final TrafficControl traffic;
    private final VersionPolicies policies;
    private final Fetching fetching;
    private final SourceControl sources;
    private final Vertx vertx;
    private final Turns applying = new Turns();
    private final NamedTurns obeying = new NamedTurns();
    private boolean looking;
    private String lastFault = "";

    ModelControl(WorkerOptions worker, ModelKeeper keeper, Wishes wishes, Fetching fetching, Vertx vertx) {
        Announcements announcements = wishes.announcements();
        this.options = worker.control();
        this.folders = new Folders(worker, wishes, vertx);
        this.instances = new InstanceCounts(worker, wishes, keeper);
        boolean untilTold = options.mode() != ControlOptions.Mode.EXPLICIT;
        this.selection = new Selection(untilTold, options.load(), wishes::of);
        this.stages = new StageWishes(folders, selection, wishes, vertx);
        this.keeper = keeper;
        this.kept = keeper.versions();
        this.wishes = wishes;
        this.fetching = fetching;
        this.sources = new SourceControl(wishes, fetching);
        this.labels = new VersionLabels(announcements, kept, wishes);
        this.traffic = new TrafficControl(announcements, kept, wishes);
        this.policies = new VersionPolicies(announcements, wishes);
        this.vertx = vertx;
    }

    /**
     * Takes what is there as it is, and waits until all of it has been tried.
     *
     * @throws IOException when no directory of the repository can be read, or not what operators want of it
     */
    void begin() throws IOException {
        wishes.begin();
        folders.first();
        selection.nameAlso(stages.of(options.load()));
        keeper.whenChanged(() -> labels.publish(folders.all()));
        keeper.mayRest(traffic::concerns);
        keeper.keepInstances(instances::wanted);
        fetching.whenDue(model -> keeper.retryFailed(model));
        apply();
        keeper.settled().await();
        if (options.mode() == ControlOptions.Mode.EXPLICIT && kept.isEmpty()) {
            LOG.info("no model is loaded before an operator asks for it: worker.control.mode is explicit");
        }
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
            folders.look().forEach(keeper::retry);
            lastFault = "";
            apply();
        } catch (RuntimeException defect) {
            if (!lastFault.equals(defect.toString())) {
                lastFault = defect.toString();
                LOG.error("the models stay as they are", defect);
            }
        }
    }

    /** One at a time: it waits on its way, and who comes in between knows more than who began. */
    private void apply() {
        applying.inTurn(() -> {
            applyNow();
            return true;
        });
    }

    private void applyNow() {
        List<ModelFolder> now = folders.all();
        instances.saidBy(now);
        Map<String, TrafficPlan> plans = traffic.publish(now); // first, or a new version could serve untried
        policies.publish(now);
        keeper.want(selection.reasons(now, plans), broken -> selection.of(now, plans, broken));
        labels.publish(now);
    }

    /** Does what an operator wants, and returns when it is done. */
    Outcome obey(ModelCommand command) {
        Outcome outcome;
        try {
            outcome = CommandNeeds.turn(command) ? obeying.inTurn(command.name(), () -> done(command)) : done(command);
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
        if (CommandNeeds.files(
                command)) { // whoever asks says that they are whole; the files of others are nobody's business
            folders.take(command.name()).forEach(keeper::retry);
        }
        Optional<ModelFolder> folder = folders.of(command.name());
        boolean needsNone = command instanceof ModelCommand.Source
                || command instanceof ModelCommand.Vet
                || (command instanceof ModelCommand.Reset
                        && !wishes.of(command.name()).saysNothing());
        if (folder.isEmpty() && !needsNone) {
            return refused(new InferenceError.UnknownModel(
                    "the repository has no model " + InferenceException.quoted(command.name())));
        }
        return switch (command) {
            case ModelCommand.Load(String name) -> load(name);
            case ModelCommand.Unload(String name, boolean withStages) -> unload(name, withStages);
            case ModelCommand.Serve(String name, List<String> versions) ->
                serve(folder.orElseThrow(), versions, UnaryOperator.identity());
            case ModelCommand.Rollback(String name) -> rollBack(folder.orElseThrow());
            case ModelCommand.Label said -> label(folder.orElseThrow(), said);
            case ModelCommand.Traffic said -> tryOut(folder.orElseThrow(), said);
            case ModelCommand.Instances said -> instances.obey(said, this::settle);
            case ModelCommand.Promote(String name, long version, String reason) ->
                promote(folder.orElseThrow(), version);
            case ModelCommand.Reject(String name, long version, String reason) ->
                reject(folder.orElseThrow(), version, reason);
            case ModelCommand.KeepBaseline said ->
                vertx.executeBlocking(() -> BaselineFile.keep(folder.orElseThrow(), said))
                        .await();
            case ModelCommand.Source said -> source(folder, said);
            case ModelCommand.Vet(ModelCommand.Source said) -> sources.vet(folder, said);
            case ModelCommand.Reset(String name) -> {
                wishes.change(name, wish -> ModelWish.none(name));
                settle(name);
                yield new Outcome(null, inMemory(name)); // whatever becomes of it now: nothing more has been said
            }
        };
    }

    private Outcome unload(String name, boolean withStages) {
        stages.unload(name, withStages).forEach(this::settle);
        return new Outcome(null, inMemory(name));
    }

    private Outcome load(String name) {
        Outcome outcome = stages.load(name, keeper::retry, () -> loaded(name));
        apply(); // its stages as they were, if it has been refused
        return outcome;
    }

    private Outcome loaded(String name) {
        Outcome outcome = applied(name);
        return keeper.wanted(name).isEmpty()
                ? refused(new InferenceError.UnknownModel("model " + InferenceException.quoted(name)
                        + " has none of the versions that its model.yaml wants served"))
                : outcome;
    }

    private Outcome source(Optional<ModelFolder> folder, ModelCommand.Source said) {
        ModelId model = new ModelId(said.name(), said.version());
        Supplier<Outcome> end = () -> kept.failure(model)
                .map(ModelControl::refused)
                .orElseGet(() -> new Outcome(null, inMemory(said.name())));
        return sources.obey(folder, said, () -> keeper.giveAnotherTry(model), () -> settle(said.name()), end);
    }

    private Outcome tryOut(ModelFolder folder, ModelCommand.Traffic said) {
        String policy = Objects.requireNonNullElse(said.policy(), "");
        try {
            TrafficConfig config = policy.isEmpty() ? folder.traffic() : TrafficConfig.parse(policy);
            Map<String, Long> labelled = VersionLabels.said(folder, wishes.of(folder.name()));
            Optional<String> nobody = Rollouts.missing(folder, labelled, config);
            if (nobody.isPresent() && !policy.isEmpty() && !said.isToCome()) {
                return refused(new InferenceError.UnknownModel(nobody.get()));
            }
        } catch (SettingsException faulty) {
            return refused(
                    new InferenceError.InvalidRequest("", faulty.problems().getFirst()));
        }
        return unlessRefused(folder.name(), wish -> wish.trying(policy), () -> tried(folder.name()));
    }

    private Outcome tried(String name) {
        settle(name);
        long candidate = traffic.candidate(name);
        Optional<InferenceError> failure =
                candidate == TrafficPlan.NOBODY ? Optional.empty() : kept.failure(new ModelId(name, candidate));
        return failure.map(ModelControl::refused)
                .orElseGet(() -> new Outcome(null, traffic.inWords(name) + ifNotLoaded(name)));
    }

    private Outcome promote(ModelFolder folder, long version) {
        String name = folder.name();
        long candidate = onTrial(folder, version);
        ModelId model = new ModelId(name, candidate);
        return kept.serves(model)
                ? serve(folder, List.of(Long.toString(candidate)), ifStillOnTrial(name, candidate))
                : refused(new InferenceError.ModelNotReady(
                        model, "it is not ready to take over", InferenceError.RETRY_SOON_MILLIS));
    }

    private Outcome reject(ModelFolder folder, long version, String reason) {
        String name = folder.name();
        long candidate = onTrial(folder, version);
        UnaryOperator<ModelWish> ifStill = ifStillOnTrial(name, candidate);
        boolean isKept = wishes.changeAnyway(
                name, wish -> ifStill.apply(wish).with(wish.rollout().rejecting(candidate, reason)));
        settle(name);
        String lasting = isKept ? "" : "; the registry has not kept that yet, and a restart before it has forgets it";
        return new Outcome(null, "version " + candidate + " is sent away; " + inMemory(name) + lasting);
    }

    private long onTrial(ModelFolder folder, long version) {
        return traffic.onTrial(folder, wishes.of(folder.name()), version);
    }

    /** For what takes a while: who was on trial may not be by then. */
    private UnaryOperator<ModelWish> ifStillOnTrial(String name, long version) {
        return wish -> {
            folders.of(name).ifPresent(folder -> traffic.onTrial(folder, wish, version));
            return wish;
        };
    }

    /** @param condition asked when it is to count; throws if it is not to be done any more */
    private Outcome serve(ModelFolder folder, List<String> versions, UnaryOperator<ModelWish> condition) {
        String name = folder.name();
        if (versions.isEmpty()) {
            wishes.change(name, wish -> wish.serving(versions));
            return applied(name);
        }
        VersionPolicy policy;
        try {
            policy = VersionPolicy.parse(versions);
        } catch (IllegalArgumentException faulty) {
            return refused(new InferenceError.InvalidRequest("", String.valueOf(faulty.getMessage())));
        }
        Set<Long> present = folder.versions().keySet();
        Set<Long> missing = policy.missingFrom(present);
        if (!missing.isEmpty()) {
            return refused(new InferenceError.UnknownModel(
                    "model " + InferenceException.quoted(name) + " has no version " + missing + "; it has " + present));
        }
        UnaryOperator<ModelWish> choice =
                wish -> Rollouts.choosing(folder, policy, condition.apply(wish).serving(versions));
        return unlessRefused(name, choice, () -> applied(name));
    }

    /** A refused word counts for nothing, but what others have said since does. */
    private Outcome unlessRefused(String name, UnaryOperator<ModelWish> word, Supplier<Outcome> action) {
        Wishes.Changed changed = wishes.change(name, word);
        Outcome outcome = action.get();
        if (outcome.refusal() != null) {
            wishes.takeBack(name, wish -> wish.takingBack(changed.before(), changed.after()));
            apply();
        }
        return outcome;
    }

    private Outcome rollBack(ModelFolder folder) {
        if (traffic.candidate(folder.name()) != TrafficPlan.NOBODY) {
            return reject(folder, TrafficPlan.NOBODY, "an operator rolled it back");
        }
        Optional<Long> serving = folder.versions().descendingKeySet().stream()
                .filter(version -> kept.serves(new ModelId(folder.name(), version)))
                .findFirst();
        Set<Long> rejected = wishes.of(folder.name()).rollout().rejected().keySet();
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
        return serve(folder, List.of(before.get().toString()), UnaryOperator.identity());
    }

    private Outcome label(ModelFolder folder, ModelCommand.Label said) {
        Outcome outcome = labels.obey(folder, said);
        apply(); // a label may say which version is to be tried
        return outcome;
    }

    private Outcome applied(String name) {
        settle(name);
        return keeper.wanted(name).stream()
                .flatMap(model -> kept.failure(model).stream())
                .findFirst()
                .map(ModelControl::refused)
                .orElseGet(() -> new Outcome(null, inMemory(name) + ifNotLoaded(name)));
    }

    private void settle(String name) {
        apply();
        keeper.settled(name).await();
    }

    /** For people. */
    private String inMemory(String name) {
        String versions = keeper.wanted(name).stream()
                .filter(model -> !kept.hasFailed(model))
                .map(model -> Long.toString(model.version()))
                .collect(Collectors.joining(", "));
        return versions.isEmpty() ? "no version is in memory" : "serving: " + versions;
    }

    /** Who says what is to be served, and has not said load, may wait for it in vain. */
    private String ifNotLoaded(String name) {
        return selection.isWanted(name) ? "" : "; this holds once the model is loaded: ./sluice models load " + name;
    }

    private static Outcome refused(InferenceError why) {
        return new Outcome(why, "");
    }
}

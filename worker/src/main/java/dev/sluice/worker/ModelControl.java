package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.ModelRoots;
import dev.sluice.worker.repository.Rollouts;
import dev.sluice.worker.repository.Selection;
import dev.sluice.worker.repository.TrafficConfig;
import dev.sluice.worker.repository.VersionPolicy;
import dev.sluice.worker.settings.SettingsException;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.InstantSource;
import java.util.LinkedHashSet;
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
    private final ModelRoots repository;
    private final Selection selection;
    private final ModelKeeper keeper;
    private final Wishes wishes;
    private final VersionLabels labels;
    private final TrafficControl traffic;
    private final Vertx vertx;
    private final WorkerOptions worker;
    private final Turns applying = new Turns();
    private final Turns obeying = new Turns();
    private List<ModelFolder> folders = List.of();
    private Map<String, Integer> instancesByFile = Map.of();
    private boolean looking;
    private String lastFault = "";

    ModelControl(WorkerOptions worker, ModelKeeper keeper, Wishes wishes, Announcements announcements, Vertx vertx) {
        this.worker = worker;
        this.options = worker.control();
        this.repository = new ModelRoots(worker.models(), options.settle(), InstantSource.system());
        boolean untilTold = options.mode() != ControlOptions.Mode.EXPLICIT;
        this.selection = new Selection(untilTold, options.load(), wishes::of);
        this.keeper = keeper;
        this.wishes = wishes;
        this.labels = new VersionLabels(announcements, keeper, wishes);
        this.traffic = new TrafficControl(announcements, keeper, wishes);
        this.vertx = vertx;
    }

    /**
     * Takes what is there as it is, and waits until all of it has been tried.
     *
     * @throws IOException when no directory of the repository can be read, or not what operators want of it
     */
    void begin() throws IOException {
        wishes.begin();
        folders = repository.first();
        keeper.whenChanged(() -> labels.publish(folders));
        keeper.mayRest(traffic::concerns);
        keeper.keepInstances(this::instances);
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
            see(repository::look);
            lastFault = "";
            apply();
        } catch (RuntimeException defect) {
            if (!lastFault.equals(defect.toString())) {
                lastFault = defect.toString();
                LOG.error("the models stay as they are", defect);
            }
        }
    }

    private record Seen(List<ModelFolder> folders, Set<String> returned) {}

    /** What failed while its directory could not be read has another try, though its files are the same. */
    private void see(Supplier<List<ModelFolder>> looking) {
        Seen seen = vertx.executeBlocking(() -> new Seen(looking.get(), repository.returned()))
                .await();
        folders = seen.folders;
        seen.returned.forEach(keeper::retry);
    }

    /** One at a time: it waits on its way, and who comes in between knows more than who began. */
    private void apply() {
        applying.inTurn(() -> {
            applyNow();
            return true;
        });
    }

    private void applyNow() {
        List<ModelFolder> now = folders;
        instancesByFile = now.stream().collect(Collectors.toMap(ModelFolder::name, ModelFolder::instances));
        Set<ModelId> present = new LinkedHashSet<>();
        for (ModelFolder folder : now) {
            folder.versions().keySet().forEach(version -> present.add(new ModelId(folder.name(), version)));
        }
        Map<String, TrafficPlan> plans = traffic.publish(now); // first, or a new version could serve untried
        keeper.want(present, broken -> selection.of(now, plans, broken));
        labels.publish(now);
    }

    /** Does what an operator wants, and returns when it is done. */
    Outcome obey(ModelCommand command) {
        Outcome outcome;
        try {
            outcome = isUrgent(command) ? done(command) : obeying.inTurn(() -> done(command));
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
            see(() -> repository.take(taken));
        }
        Optional<ModelFolder> folder = folder(command.name());
        boolean forgets = command instanceof ModelCommand.Reset
                && !wishes.of(command.name()).saysNothing();
        if (folder.isEmpty() && !forgets) {
            return refused(new InferenceError.UnknownModel(
                    "the repository has no model " + InferenceException.quoted(command.name())));
        }
        return switch (command) {
            case ModelCommand.Load(String name) -> load(name);
            case ModelCommand.Unload(String name) -> {
                wishes.change(name, wish -> wish.with(Memory.UNLOADED));
                settle(name);
                yield new Outcome(null, inMemory(name));
            }
            case ModelCommand.Serve(String name, List<String> versions) ->
                serve(folder.orElseThrow(), versions, UnaryOperator.identity());
            case ModelCommand.Rollback(String name) -> rollBack(folder.orElseThrow());
            case ModelCommand.Label(String name, String label, long version) ->
                label(folder.orElseThrow(), label, version);
            case ModelCommand.Traffic said -> tryOut(folder.orElseThrow(), said);
            case ModelCommand.Instances(String name, int instances) -> resize(name, instances);
            case ModelCommand.Promote(String name, long version, String reason) ->
                promote(folder.orElseThrow(), version);
            case ModelCommand.Reject(String name, long version, String reason) ->
                reject(folder.orElseThrow(), version, reason);
            case ModelCommand.KeepBaseline(String name, long version, List<OutputSample> outputs) ->
                keepBaseline(folder.orElseThrow(), version, outputs);
            case ModelCommand.Reset(String name) -> {
                wishes.change(name, wish -> ModelWish.none(name));
                settle(name);
                yield new Outcome(null, inMemory(name)); // whatever becomes of it now: nothing more has been said
            }
        };
    }

    private Optional<ModelFolder> folder(String name) {
        return folders.stream().filter(folder -> folder.name().equals(name)).findFirst();
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

    /** Clients are not to suffer from a candidate because another model takes its time to load. */
    private static boolean isUrgent(ModelCommand command) {
        return command instanceof ModelCommand.Reject || command instanceof ModelCommand.Rollback;
    }

    private static boolean takesFiles(ModelCommand command) {
        return switch (command) {
            case ModelCommand.Load load -> true;
            case ModelCommand.Serve serve -> true;
            case ModelCommand.Rollback rollback -> true;
            case ModelCommand.Traffic traffic -> true;
            case ModelCommand.Reset reset -> true;
            case ModelCommand.Unload unload -> false;
            case ModelCommand.Label label -> false;
            case ModelCommand.Instances instances -> false;
            case ModelCommand.Promote promote -> false;
            case ModelCommand.Reject reject -> false;
            case ModelCommand.KeepBaseline keep -> false;
        };
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
            return refused(new InferenceError.InvalidRequest(
                    "traffic", faulty.problems().getFirst()));
        }
        return unlessRefused(folder.name(), wish -> wish.trying(policy), () -> tried(folder.name()));
    }

    private Outcome tried(String name) {
        settle(name);
        long candidate = traffic.candidate(name);
        Optional<InferenceError> failure =
                candidate == TrafficPlan.NOBODY ? Optional.empty() : failure(new ModelId(name, candidate));
        return failure.map(ModelControl::refused)
                .orElseGet(() -> new Outcome(null, traffic.inWords(name) + ifNotLoaded(name)));
    }

    private Outcome promote(ModelFolder folder, long version) {
        String name = folder.name();
        long candidate = onTrial(folder, version);
        ModelId model = new ModelId(name, candidate);
        return keeper.serves(model)
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
            folder(name).ifPresent(folder -> traffic.onTrial(folder, wish, version));
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
            return refused(new InferenceError.InvalidRequest("versions", String.valueOf(faulty.getMessage())));
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
                .filter(version -> keeper.serves(new ModelId(folder.name(), version)))
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

    private Outcome label(ModelFolder folder, String label, long version) {
        String name = folder.name();
        Optional<InferenceError> refusal = labels.refusal(folder, label, version);
        if (refusal.isPresent()) {
            return refused(refusal.get());
        }
        boolean isOfFile = folder.labels().containsKey(label);
        boolean nothingIsLeft = version == VersionLabels.TAKEN_AWAY && !isOfFile;
        wishes.change(name, wish -> nothingIsLeft ? wish.unlabelled(label) : wish.labelled(label, version));
        apply(); // a label may say which version is to be tried
        return new Outcome(null, version == 0 ? label + " is no label any more" : label + " is version " + version);
    }

    private Outcome keepBaseline(ModelFolder folder, long version, List<OutputSample> outputs) {
        if (!folder.versions().containsKey(version)) {
            return refused(new InferenceError.UnknownModel("model " + InferenceException.quoted(folder.name())
                    + " has no version " + version + "; it has "
                    + folder.versions().keySet()));
        }
        return vertx.executeBlocking(
                        () -> BaselineFile.keep(folder.location(version).modelFile(), outputs))
                .await();
    }

    private Outcome resize(String name, int instances) {
        if (instances < 0 || instances > ModelCommand.Instances.MOST) {
            return refused(new InferenceError.InvalidRequest(
                    "instances", "a number from 0 to " + ModelCommand.Instances.MOST + " (got " + instances + ")"));
        }
        ModelWish before = wishes.change(name, wish -> wish.instances(instances)).before();
        settle(name);
        Optional<String> lack = keeper.lackOfInstances(name);
        if (lack.isEmpty()) {
            return new Outcome(null, "each version has " + instances(name) + " instances");
        }
        wishes.takeBack(name, wish -> wish.instances() == instances ? wish.instances(before.instances()) : wish);
        apply();
        return refused(new InferenceError.InvalidRequest("instances", lack.get()));
    }

    /** How many each version of that model is to have. */
    private int instances(String name) {
        int said = wishes.of(name).instances();
        int written = instancesByFile.getOrDefault(name, 0);
        return ModelServing.instances(said > 0 ? said : written, worker);
    }

    private Outcome applied(String name) {
        settle(name);
        return keeper.wanted(name).stream()
                .flatMap(model -> failure(model).stream())
                .findFirst()
                .map(ModelControl::refused)
                .orElseGet(() -> new Outcome(null, inMemory(name) + ifNotLoaded(name)));
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

    /** Who says what is to be served, and has not said load, may wait for it in vain. */
    private String ifNotLoaded(String name) {
        return selection.isWanted(name) ? "" : "; this holds once the model is loaded: ./sluice models load " + name;
    }

    private static Outcome refused(InferenceError why) {
        return new Outcome(why, "");
    }
}

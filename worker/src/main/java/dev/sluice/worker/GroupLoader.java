package dev.sluice.worker;

import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.PatientShare;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.engine.ModelLoadException;
import dev.sluice.worker.engine.Placement;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Has a model read and rehearsed for one group of its instances: each has a session of its own on its device, is warmed up
 * there, and shows there that it answers.
 *
 * @thread the control thread, which goes on with other things meanwhile; what blocks runs on loading threads
 * @owns the turns of each device
 */
final class GroupLoader {

    private static final Duration READING = Duration.ofMinutes(10);

    /** Beside the warm-up's budget: the first run of a heavy model, its tests, turns of other models. */
    private static final Duration REHEARSAL = Duration.ofMinutes(1);

    /** One computes while another is copied there. */
    private static final int RUNS_OF_A_GPU = 2;

    /** A group, and the model as it was read for it. */
    record Group(ModelServing.Group serving, LoadedModel runnable) {

        String name() {
            return serving.name();
        }

        Description.Group described() {
            return new Description.Group(name(), runnable.device(), serving.instances());
        }
    }

    /**
     * The model.
     *
     * @param known by group, how long its batches take, if that need not be measured
     */
    record Model(Engine engine, Path file, ModelServing serving, Map<String, List<LatencyPoint>> known) {

        /** Of several groups, which of them it is that fails. */
        private Exception withName(ModelServing.Group group, Exception failure) {
            if (serving.groups().size() == 1) {
                return failure;
            }
            String reason = failure instanceof ModelLoadException broken
                    ? broken.reason()
                    : String.valueOf(failure.getMessage());
            return new ModelLoadException(file, "its instances on " + group.name() + ": " + reason, failure);
        }
    }

    private final WorkerOptions options;
    private final WorkerExecutor loading;
    private final Ticker ticker;
    private final Profiles profiles;
    private final Map<String, DeviceTurns> devices = new HashMap<>();

    GroupLoader(WorkerOptions options, WorkerExecutor loading, Ticker ticker) {
        this.options = options;
        this.loading = loading;
        this.ticker = ticker;
        this.profiles = Profiles.of(options);
        int cores = Runtime.getRuntime().availableProcessors();
        devices.put(Placement.CPU_DEVICE, new DeviceTurns(options.cpuRuns() > 0 ? options.cpuRuns() : cores));
    }

    /**
     * Reads it for that group.
     *
     * @param close what is to become of one that comes too late
     */
    LoadedModel read(ModelServing.Group group, Model model, Consumer<LoadedModel> close) throws Exception {
        Future<LoadedModel> reading =
                loading.executeBlocking(() -> model.engine.load(model.file, model.serving.engineOptions(group)), false);
        try {
            return orGiveUp(reading, READING, "reading its file", () -> reading.onSuccess(close::accept));
        } catch (Exception failure) { // a ModelLoadException comes from where the compiler cannot see it
            throw model.withName(group, failure);
        }
    }

    /** What that group brings to its device; those that share one divide what the model is due of it. */
    DeviceTurns.Stake stake(Group group, List<Group> all, ModelServing serving) {
        String device = group.runnable.device();
        long sharing = all.stream()
                .filter(other -> other.runnable.device().equals(device))
                .count();
        return new DeviceTurns.Stake(turnsOf(device), serving.shareOfCores(group.serving) / sharing);
    }

    private DeviceTurns turnsOf(String device) {
        return devices.computeIfAbsent(device, gpu -> new DeviceTurns(RUNS_OF_A_GPU));
    }

    /** Warms it up and tests it; returns how long its batches take there, in the order of measuring. */
    List<LatencyPoint> rehearse(Group group, Model model, int rows) throws Exception {
        try {
            return play(group, model, rows);
        } catch (Exception failure) { // an IOException comes from where the compiler cannot see it
            throw model.withName(group.serving, failure);
        }
    }

    private List<LatencyPoint> play(Group group, Model model, int rows) {
        String device = group.runnable.device();
        ModelServing.Group serving = group.serving;
        List<LatencyPoint> known = model.known.getOrDefault(group.name(), List.of());
        Profiles byEngine = profiles.by(model.engine.name() + " " + model.engine.version());
        Profiles byPlace = serving.placement().equals(Placement.CPU)
                ? byEngine
                : byEngine.on(serving.placement() + ", run on " + device);
        ModelInstance trial = loading.executeBlocking(
                        () -> group.runnable.newInstance(rows, options.batchMemory()), false)
                .await();
        PatientShare place =
                new PatientShare(new DeviceTurns.Stake(turnsOf(device), model.serving.shareOfCores(serving)));
        WarmUp warmUp = new WarmUp(trial, model.serving.signatureOf(group.runnable), place, ticker);
        Rehearsal rehearsal = new Rehearsal(trial, warmUp, place, model.serving.tests());
        Future<List<LatencyPoint>> measured = loading.executeBlocking(
                () -> rehearsal.play(
                        model.file,
                        run -> known.isEmpty() ? byPlace.of(model.file, serving.intraOpThreads(), rows, run) : known),
                false);
        measured.onComplete(over -> trial.close());
        Duration patience = options.warmUpBudget().plus(REHEARSAL);
        return orGiveUp(measured, patience, "running it for the first time", trial::terminate);
    }

    /** A thread that hangs is left behind; others go on. */
    static <T> T orGiveUp(Future<T> work, Duration patience, String doing, Runnable giveUp) {
        try {
            return work.timeout(patience.toMillis(), TimeUnit.MILLISECONDS).await();
        } catch (Exception failure) { // a TimeoutException comes from where the compiler cannot see it
            if (failure instanceof TimeoutException) {
                giveUp.run();
                throw new IllegalStateException(doing + " took longer than " + patience.toSeconds() + " s", failure);
            }
            throw failure;
        }
    }
}

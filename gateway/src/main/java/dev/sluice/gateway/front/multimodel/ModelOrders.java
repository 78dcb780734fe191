package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Which commands of ours do what operators of TorchServe and its relatives order.
 *
 * @thread confined to the operators' loop
 * @errors those of {@link RegisteredModels}; InvalidRequest for a model without workers
 */
public final class ModelOrders {

    private static final int OK = 200;

    private final ModelDirectory models;
    private final RegisteredModels registered;

    /** What is being registered, which the directory has not heard of. */
    private final Set<ModelId> registering = new HashSet<>();

    public ModelOrders(ModelDirectory models) {
        this.models = models;
        this.registered = new RegisteredModels(models);
    }

    /** Whether a version of that name is on its way, or there; what could not be loaded may be registered again. */
    public boolean isTaken(String name) {
        return registered.versions(name).stream().anyMatch(ModelOrders::hasNotFailed)
                || registering.stream().anyMatch(model -> model.name().equals(name));
    }

    /**
     * The version behind the newest, or that one.
     *
     * @param wanted null where that is left open
     */
    public long versionToRegister(String name, @Nullable String wanted) {
        if (!models.isComplete()) { // who does not wait would not hear of it, and which is the newest nobody knows
            throw new InferenceException(new InferenceError.Starting());
        }
        if (wanted == null) {
            LongStream there = models.versions(name).stream()
                    .mapToLong(report -> report.model().version());
            LongStream coming = registering.stream()
                    .filter(model -> model.name().equals(name))
                    .mapToLong(ModelId::version);
            return 1 + LongStream.concat(there, coming).max().orElse(0);
        }
        long version = RegisteredModels.number(wanted);
        if (version == 0) {
            throw InferenceException.invalid("model_version", "a number from 1 on (got " + wanted + ")");
        }
        return version;
    }

    /** From now on nobody else can register it, until it is over; false where somebody has. */
    public boolean begin(String name, long version) {
        ModelId model = new ModelId(name, version);
        boolean isThere = registered.versions(name).stream()
                .anyMatch(report -> report.model().equals(model) && hasNotFailed(report));
        return !isThere && registering.add(model);
    }

    private static boolean hasNotFailed(ModelReport report) {
        return report.state() != ModelState.FAILED;
    }

    /** To be told of each command that has been done, or refused. */
    public void isOver(ModelCommand command) {
        if (command instanceof ModelCommand.Source source) {
            registering.remove(new ModelId(source.name(), source.version()));
        }
    }

    /**
     * What has to be said besides where a version comes from, so that it is served: that the model is loaded, where it
     * had been unloaded or nothing is by itself; and that this version is wanted, where others are.
     */
    public List<Supplier<Optional<ModelCommand>>> untilServed(String name, long version) {
        Supplier<Optional<ModelCommand>> next = () -> {
            if (registered.has(name, version)) {
                return Optional.empty();
            }
            return Optional.of(
                    registered.has(name)
                            ? serve(name, LongStream.concat(staying(name), LongStream.of(version)))
                            : new ModelCommand.Load(name));
        };
        return List.of(next, next);
    }

    /** How many workers each version is to have, of which it has one at least here. */
    public static void requireWorkers(int least) {
        if (least < 1) {
            throw InferenceException.invalid("min_worker", "a model in memory has one at least; DELETE unloads it");
        }
    }

    /** How many workers each version of a model has, or is to have. */
    public int workers(String name) {
        int wished = models.wish(name).instances();
        return wished > 0
                ? wished
                : registered.versions(name).stream()
                        .mapToInt(ModelOrders::workers)
                        .max()
                        .orElse(0);
    }

    /** How many that one has. */
    public static int workers(ModelReport report) {
        @Nullable Description description = report.description();
        return description == null ? 0 : description.instances();
    }

    /**
     * A model leaves, or a version of it. With the last version that is served the model does, or one of those that only
     * a source is known of would come in its place, unasked.
     *
     * @param version null for all of them
     * @param text of the answer
     * @throws InferenceException UnknownModel for a version that is neither here nor has a source
     */
    public Reply.Order removal(String name, @Nullable String version, String text) {
        if (version == null) {
            registered.versions(name, null);
            return new Reply.Order(new ModelCommand.Unload(name), OK, text);
        }
        long leaving = RegisteredModels.number(version);
        boolean hasSource = models.wish(name).sources().containsKey(leaving);
        if (!hasSource) {
            registered.versions(name, version);
        }
        Optional<ModelCommand> forget =
                hasSource ? Optional.of(new ModelCommand.Source(name, leaving, null)) : Optional.empty();
        if (staying(name).allMatch(each -> each == leaving) && registered.has(name, leaving)) {
            return new Reply.Order(new ModelCommand.Unload(name), List.of(() -> forget), OK, () -> text);
        }
        return new Reply.Order(
                forget.orElseGet(() -> serve(name, staying(name).filter(each -> each != leaving))), OK, text);
    }

    public static ModelCommand serve(String name, LongStream versions) {
        return new ModelCommand.Serve(
                name, versions.sorted().mapToObj(Long::toString).toList());
    }

    /** Those that are in memory or on their way there, or could not come. */
    public LongStream staying(String name) {
        return registered.versions(name).stream()
                .filter(report -> report.state() != ModelState.DRAINING)
                .mapToLong(report -> report.model().version());
    }
}

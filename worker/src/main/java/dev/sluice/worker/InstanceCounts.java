package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.repository.ModelFolder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * How many instances each version of a model is to have: what operators said, else its files, else the settings.
 *
 * @thread the control thread
 */
final class InstanceCounts {

    private final WorkerOptions worker;
    private final Wishes wishes;
    private final ModelKeeper keeper;
    private Map<String, Integer> byFile = Map.of();

    InstanceCounts(WorkerOptions worker, Wishes wishes, ModelKeeper keeper) {
        this.worker = worker;
        this.wishes = wishes;
        this.keeper = keeper;
    }

    void saidBy(List<ModelFolder> folders) {
        byFile = folders.stream().collect(Collectors.toMap(ModelFolder::name, ModelFolder::instances));
    }

    int wanted(String name) {
        int said = wishes.of(name).instances();
        return ModelServing.instances(said > 0 ? said : byFile.getOrDefault(name, 0), worker);
    }

    /**
     * Keeps an operator's word, and takes it back if it cannot be done.
     *
     * @param settle makes a model as it is wanted, and waits until it is
     */
    Outcome obey(ModelCommand.Instances said, Consumer<String> settle) {
        String name = said.name();
        int instances = said.instances();
        if (instances < 0 || instances > ModelCommand.Instances.MOST) {
            return refused("a number from 0 to " + ModelCommand.Instances.MOST + " (got " + instances + ")");
        }
        ModelWish before =
                wishes.change(name, wish -> wish.instances(instances)).before();
        settle.accept(name);
        Optional<String> lack = keeper.lackOfInstances(name);
        if (lack.isEmpty()) {
            return new Outcome(null, "each version has " + wanted(name) + " instances" + onceItIsThere(name));
        }
        wishes.takeBack(name, wish -> wish.instances() == instances ? wish.instances(before.instances()) : wish);
        settle.accept(name);
        return refused(lack.get());
    }

    private String onceItIsThere(String name) {
        List<ModelId> versions = keeper.wanted(name);
        boolean isThere = versions.stream().allMatch(model -> keeper.state(model) == ModelState.READY);
        return isThere && !versions.isEmpty() ? "" : " once it is in memory";
    }

    private static Outcome refused(String why) {
        return new Outcome(new InferenceError.InvalidRequest("instances", why), "");
    }
}

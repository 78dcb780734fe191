package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.repository.GroupConfig;
import dev.sluice.worker.repository.ModelFolder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * How many instances each version of a model is to have in each group: what operators said, else its files, else the
 * settings.
 *
 * @thread the control thread
 */
final class InstanceCounts {

    private final WorkerOptions worker;
    private final Wishes wishes;
    private final ModelKeeper keeper;
    private Map<String, List<GroupConfig>> byFile = Map.of();

    InstanceCounts(WorkerOptions worker, Wishes wishes, ModelKeeper keeper) {
        this.worker = worker;
        this.wishes = wishes;
        this.keeper = keeper;
    }

    void saidBy(List<ModelFolder> folders) {
        byFile = folders.stream().collect(Collectors.toMap(ModelFolder::name, ModelFolder::groups));
    }

    int wanted(String name, String group) {
        int said = wishes.of(name).instancesIn(group);
        int ofFile = groups(name).stream()
                .filter(each -> each.name().equals(group))
                .mapToInt(GroupConfig::count)
                .findFirst()
                .orElse(0);
        return ModelServing.instances(said > 0 ? said : ofFile, worker);
    }

    private List<GroupConfig> groups(String name) {
        return byFile.getOrDefault(name, List.of());
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
            return refused(
                    "instances", "a number from 0 to " + ModelCommand.Instances.MOST + " (got " + instances + ")");
        }
        List<String> all = groups(name).stream().map(GroupConfig::name).toList();
        if (!said.group().isEmpty() && !all.contains(said.group())) {
            return refused(
                    "group",
                    "it has none of that name (got " + said.group() + "; it has " + String.join(", ", all) + ")");
        }
        Wishes.Changed made = wishes.change(name, wish -> wish.instances(said.group(), instances));
        settle.accept(name);
        Optional<String> lack = keeper.lackOfInstances(name);
        if (lack.isEmpty()) {
            return new Outcome(null, "each version has " + inWords(name, said.group(), all) + onceItIsThere(name));
        }
        wishes.takeBack(name, wish -> wish.hasInstancesOf(made.after()) ? wish.withInstancesOf(made.before()) : wish);
        settle.accept(name);
        return refused("instances", lack.get());
    }

    private String inWords(String name, String group, List<String> all) {
        if (group.isEmpty() && all.size() <= 1) {
            return wanted(name, all.isEmpty() ? "" : all.getFirst()) + " instances";
        }
        return all.stream()
                .filter(each -> group.isEmpty() || each.equals(group))
                .map(each -> wanted(name, each) + " instances on " + each)
                .collect(Collectors.joining(", "));
    }

    private String onceItIsThere(String name) {
        List<ModelId> versions = keeper.wanted(name);
        boolean isThere = versions.stream().allMatch(model -> keeper.state(model) == ModelState.READY);
        return isThere && !versions.isEmpty() ? "" : " once it is in memory";
    }

    private static Outcome refused(String field, String why) {
        return new Outcome(new InferenceError.InvalidRequest(field, why), "");
    }
}

package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
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
        return wanted(wishes.of(name), groups(name), group, worker);
    }

    /**
     * In that group; 0 for as many as it has, where neither operators nor the files say anything of it. Then what
     * serves was loaded from files that have changed since, and these could not be loaded.
     */
    static int wanted(ModelWish wish, List<GroupConfig> ofFiles, String group, WorkerOptions worker) {
        int said = wish.instancesIn(group);
        return ofFiles.stream()
                .filter(each -> each.name().equals(group))
                .mapToInt(each -> ModelServing.instances(said > 0 ? said : each.count(), worker))
                .findFirst()
                .orElse(said);
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
        if (!isThere(said, all)) {
            String known = all.isEmpty() ? "" : "; it has " + String.join(", ", all);
            return refused("group", "it has none of that name (got " + said.group() + known + ")");
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

    /** What was said of a group that has gone since can be taken back. */
    private boolean isThere(ModelCommand.Instances said, List<String> all) {
        boolean isTakenBack =
                said.instances() == 0 && wishes.of(said.name()).groupInstances().containsKey(said.group());
        return said.group().isEmpty() || all.contains(said.group()) || isTakenBack;
    }

    private String inWords(String name, String group, List<String> all) {
        if (group.isEmpty() && all.size() <= 1) {
            return inWords(wanted(name, all.isEmpty() ? "" : all.getFirst()));
        }
        List<String> meant = group.isEmpty() ? all : List.of(group);
        return meant.stream()
                .map(each -> inWords(wanted(name, each)) + " on " + each)
                .collect(Collectors.joining(", "));
    }

    private static String inWords(int instances) {
        return instances == 0 ? "as many instances as before" : instances + " instances";
    }

    private String onceItIsThere(String name) {
        List<ModelId> versions = keeper.wanted(name);
        boolean isThere = versions.stream().allMatch(model -> keeper.versions().state(model) == ModelState.READY);
        return isThere && !versions.isEmpty() ? "" : " once it is in memory";
    }

    private static Outcome refused(String field, String why) {
        return new Outcome(new InferenceError.InvalidRequest(field, why), "");
    }
}

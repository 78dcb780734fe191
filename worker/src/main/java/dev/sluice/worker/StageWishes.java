package dev.sluice.worker;

import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.Selection;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What becomes of the models of a pipeline's stages when an operator loads or unloads the pipeline, by way of pipelines among
 * them too.
 *
 * @thread the control thread; files are read on a thread that may wait
 * @source Triton: loading an ensemble loads the models that it is composed of; {@code unload_dependents}
 */
final class StageWishes {

    private final Folders folders;
    private final Selection selection;
    private final Wishes wishes;
    private final Vertx vertx;

    StageWishes(Folders folders, Selection selection, Wishes wishes, Vertx vertx) {
        this.folders = folders;
        this.selection = selection;
        this.wishes = wishes;
        this.vertx = vertx;
    }

    /** Those of these models, as far as there are any, without these themselves. */
    Set<String> of(Collection<String> names) {
        Map<String, List<String>> asked = asked();
        Set<String> all = new LinkedHashSet<>();
        names.forEach(name -> all.addAll(reached(name, asked)));
        all.removeAll(names);
        return all;
    }

    /** Has that model and them in memory; those that are wanted there already are left as they are. */
    void load(String name) {
        Set<String> all = of(Set.of(name));
        for (String stage : all) {
            folders.take(stage);
        }
        all.stream()
                .filter(stage -> !selection.isWanted(stage) && folders.of(stage).isPresent())
                .forEach(stage -> wishes.change(stage, wish -> wish.with(Memory.LOADED)));
        wishes.change(name, wish -> wish.with(Memory.LOADED));
    }

    /** Has that model in memory no more, and returns which are not any more. */
    Set<String> unload(String name, boolean withStages) {
        Set<String> all = withStages ? withTheirs(name) : Set.of(name);
        all.forEach(each -> wishes.change(each, wish -> wish.with(Memory.UNLOADED)));
        return all;
    }

    /** That model and those of its stages that no other pipeline asks which is wanted. */
    private Set<String> withTheirs(String name) {
        Map<String, List<String>> asked = asked();
        Set<String> leaving = reached(name, asked);
        Set<String> kept = new LinkedHashSet<>();
        asked.keySet().stream()
                .filter(other -> !leaving.contains(other) && selection.isWanted(other))
                .forEach(other -> kept.addAll(reached(other, asked)));
        leaving.removeAll(kept);
        leaving.add(name);
        return leaving;
    }

    private static Set<String> reached(String from, Map<String, List<String>> asked) {
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> left = new ArrayDeque<>(List.of(from));
        while (!left.isEmpty()) {
            String next = left.remove();
            if (reached.add(next)) {
                left.addAll(asked.getOrDefault(next, List.of()));
            }
        }
        return reached;
    }

    /** By pipeline, the models that the versions of it ask which are to be served. */
    private Map<String, List<String>> asked() {
        List<ModelFolder> all = folders.all();
        Set<String> names = all.stream().map(ModelFolder::name).collect(Collectors.toSet());
        return vertx.executeBlocking(
                        () -> {
                            Map<String, List<String>> asked = new HashMap<>();
                            all.forEach(folder -> asked.put(folder.name(), asked(folder, names)));
                            return asked;
                        },
                        false)
                .await();
    }

    private List<String> asked(ModelFolder folder, Set<String> among) {
        return selection.policy(folder).of(folder.versions().keySet(), version -> false).stream()
                .flatMap(version -> StagesToCome.stages(folder.location(version)).stream())
                .filter(among::contains)
                .toList();
    }
}

package dev.sluice.worker;

import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.Selection;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What becomes of the models of a pipeline's stages when an operator loads or unloads the pipeline, by way of pipelines among
 * them too.
 *
 * @thread the control thread; files are read on a thread that may wait
 * @errors what the wishes say, and then nothing has been said of the stages
 * @source Triton: loading an ensemble loads the models that it is composed of; {@code unload_dependents}
 */
final class StageWishes {

    private final Folders folders;
    private final Selection selection;
    private final Wishes wishes;
    private final Vertx vertx;

    /** Models that somebody has had loaded by their own names since a pipeline wished for them. */
    private final Set<String> saidMeanwhile = new HashSet<>();

    StageWishes(Folders folders, Selection selection, Wishes wishes, Vertx vertx) {
        this.folders = folders;
        this.selection = selection;
        this.wishes = wishes;
        this.vertx = vertx;
    }

    /** Those of these models, without these themselves. */
    Set<String> of(Collection<String> names) {
        Set<String> all = new LinkedHashSet<>();
        names.forEach(name -> all.addAll(reached(name, this::asked)));
        all.removeAll(names);
        return all;
    }

    /**
     * Has that model and them in memory, with their files as they are now. Those that are wanted there already are left
     * as they are, and of the others nothing has been said where it is refused.
     *
     * @param retry told whose failures are over
     * @param loading does it, once all are wanted
     */
    Outcome load(String name, Consumer<String> retry, Supplier<Outcome> loading) {
        saidMeanwhile.add(name);
        Map<String, Memory> before = new LinkedHashMap<>();
        boolean isLoaded = false;
        try {
            Set<String> all = reached(name, next -> {
                if (!next.equals(name)) { // whose files have been taken
                    folders.take(next).forEach(retry);
                }
                return asked(next);
            });
            saidMeanwhile.removeAll(all);
            saidMeanwhile.add(name);
            for (String each : all) {
                boolean isNew = !each.equals(name) && !selection.isWanted(each);
                if (isNew && folders.of(each).isPresent()) {
                    before.put(each, wishes.of(each).memory());
                    wishes.change(each, wish -> wish.with(Memory.LOADED));
                }
            }
            wishes.change(name, wish -> wish.with(Memory.LOADED));
            all.forEach(retry);
            Outcome outcome = loading.get();
            isLoaded = outcome.refusal() == null;
            return outcome;
        } finally {
            if (!isLoaded && !before.isEmpty()) {
                takeBack(name, before);
            }
        }
    }

    /** Except what another pipeline asks which is wanted: it may have come meanwhile, and found it wanted. */
    private void takeBack(String name, Map<String, Memory> before) {
        Set<String> leaving = new LinkedHashSet<>(before.keySet());
        leaving.add(name);
        Set<String> kept = askedByOthers(leaving);
        before.forEach((stage, memory) -> {
            if (!kept.contains(stage) && !saidMeanwhile.contains(stage)) {
                wishes.takeBack(stage, wish -> wish.memory() == Memory.LOADED ? wish.with(memory) : wish);
            }
        });
    }

    /** Has that model in memory no more, and returns which are not any more. */
    Set<String> unload(String name, boolean withStages) {
        Set<String> all = withStages ? withTheirs(name) : Set.of(name);
        all.forEach(each -> wishes.change(each, wish -> wish.with(Memory.UNLOADED)));
        return all;
    }

    /** That model and those of its stages that no other pipeline asks which is wanted. */
    private Set<String> withTheirs(String name) {
        Set<String> leaving = reached(name, this::asked);
        leaving.removeAll(askedByOthers(leaving));
        leaving.removeIf(each -> folders.of(each).isEmpty());
        leaving.add(name);
        return leaving;
    }

    private Set<String> askedByOthers(Set<String> leaving) {
        Map<String, List<String>> asked = allAsked();
        Set<String> kept = new LinkedHashSet<>();
        asked.keySet().stream()
                .filter(other -> !leaving.contains(other) && selection.isWanted(other))
                .forEach(other -> kept.addAll(reached(other, next -> asked.getOrDefault(next, List.of()))));
        return kept;
    }

    private static Set<String> reached(String from, Function<String, List<String>> asked) {
        Set<String> reached = new LinkedHashSet<>();
        Deque<String> left = new ArrayDeque<>(List.of(from));
        while (!left.isEmpty()) {
            String next = left.remove();
            if (reached.add(next)) {
                left.addAll(asked.apply(next));
            }
        }
        return reached;
    }

    /** By pipeline, the models that the versions of it ask which are to be served. */
    private Map<String, List<String>> allAsked() {
        List<ModelFolder> all = folders.all();
        return read(() -> {
            Map<String, List<String>> asked = new HashMap<>();
            all.forEach(folder -> asked.put(folder.name(), asked(folder)));
            return asked;
        });
    }

    private List<String> asked(String name) {
        return folders.of(name).map(folder -> read(() -> asked(folder))).orElse(List.of());
    }

    private <T> T read(Callable<T> reading) {
        return vertx.executeBlocking(reading, false).await();
    }

    private List<String> asked(ModelFolder folder) {
        return selection.policy(folder).of(folder.versions().keySet(), version -> false).stream()
                .flatMap(version -> StagesToCome.stages(folder.location(version)).stream())
                .toList();
    }
}

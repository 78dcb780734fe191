package dev.sluice.worker.pipeline;

import dev.sluice.worker.pipeline.Pipeline.Output;
import dev.sluice.worker.pipeline.Pipeline.Stage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whether a value is there whatever is tested: the tests that must come out right for it are those of its stage, and of
 * all that this waits for.
 *
 * @thread confined to the thread that loads
 */
final class Presence {

    private final Map<String, Stage> stages;

    /** By stage, once they are known. */
    private final Map<String, Set<Switch>> known = new HashMap<>();

    /** @param stages by their names; none of them waits for itself */
    Presence(Map<String, Stage> stages) {
        this.stages = stages;
    }

    boolean isCertain(Source from) {
        return guards(from).isEmpty();
    }

    /** Whether one of its sources is always there, or two of which one is there whenever the other is not. */
    boolean isCertain(Output output) {
        List<Set<Switch>> guards = output.from().stream().map(this::guards).toList();
        return guards.stream()
                .anyMatch(one -> one.isEmpty() || guards.stream().anyMatch(other -> areOpposite(one, other)));
    }

    private static boolean areOpposite(Set<Switch> one, Set<Switch> other) {
        return one.size() == 1
                && other.size() == 1
                && one.iterator().next().isOppositeOf(other.iterator().next());
    }

    /** Each stage is looked at once, however many ways lead there. */
    private Set<Switch> guards(Source from) {
        Stage stage = stages.get(from.stage());
        Set<Switch> before = known.get(from.stage());
        if (stage == null || before != null) {
            return before == null ? Set.of() : before;
        }
        Set<Switch> all = new HashSet<>();
        if (!(stage.task() instanceof Crop)) { // without boxes it gives no pieces, but it gives them
            stage.sources().forEach(source -> all.addAll(guards(source)));
        }
        if (stage.test() != null) {
            all.add(stage.test());
        }
        known.put(stage.name(), all);
        return all;
    }
}

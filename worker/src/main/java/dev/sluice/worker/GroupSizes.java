package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the number of each version's instances as it is wanted, while the version serves.
 *
 * @thread the control thread
 * @bound one change of a version at a time; what it came to is forgotten with the version
 * @errors a number that cannot be had is not tried again until another one is wanted
 */
final class GroupSizes {

    private static final Logger LOG = LoggerFactory.getLogger(GroupSizes.class);

    /**
     * What a version in memory was told last.
     *
     * @param fault why it is not so; empty if it is, or is about to be
     */
    private record Told(ServedModel served, int instances, boolean over, String fault) {}

    private final Map<ModelId, KeptVersion> kept;
    private final ModelSleep.Steps steps;
    private final Map<ModelId, Told> told = new HashMap<>();
    private ToIntFunction<String> wanted = name -> 0;

    GroupSizes(Map<ModelId, KeptVersion> kept, ModelSleep.Steps steps) {
        this.kept = kept;
        this.steps = steps;
    }

    /** @param byModel how many each version of that model is to have; 0 for as many as it has */
    void want(ToIntFunction<String> byModel) {
        wanted = byModel;
    }

    /** How many each version of that model is to have; 0 for as many as it has. */
    int wanted(String name) {
        return wanted.applyAsInt(name);
    }

    /** Begins to make it so. */
    void adjust() {
        told.keySet().retainAll(kept.keySet());
        List.copyOf(kept.values()).forEach(this::adjust);
    }

    private void adjust(KeptVersion version) {
        int target = wanted(version.model().name());
        ServedModel served = version.serving;
        if (served == null
                || served.isPipeline()
                || target == 0
                || version.life.state() != ModelState.READY
                || version.replacing) {
            return;
        }
        @Nullable Told before = told.get(version.model());
        boolean isEnough = served.instances() == target;
        if (before != null && before.served.equals(served)) {
            isEnough = !before.over || before.instances == target;
        }
        if (isEnough) {
            return;
        }
        told.put(version.model(), new Told(served, target, false, ""));
        steps.inItsOwnTime(version.model(), () -> resize(version, served, target));
    }

    private void resize(KeptVersion version, ServedModel served, int target) {
        String fault = "";
        try {
            served.resize(target);
        } catch (Exception missing) { // of any kind, thrown from where the compiler cannot see it
            fault = "it cannot have " + target + " instances: " + missing.getMessage();
        }
        if (!served.equals(version.serving)) {
            return; // it has fallen asleep or been replaced, and who comes next is looked at anew
        }
        if (fault.isEmpty()) {
            LOG.info("model {} has {} instances", version.model(), target);
        } else {
            LOG.error("model {}: {}", version.model(), fault);
        }
        told.put(version.model(), new Told(served, target, true, fault));
        steps.report(version, version.reason);
    }

    /** Why a version of that model has not what is wanted. */
    Optional<String> lack(String name) {
        boolean isPipeline = kept.values().stream()
                .filter(version -> version.model().name().equals(name))
                .map(version -> version.serving)
                .anyMatch(served -> served != null && served.isPipeline());
        if (isPipeline) {
            return Optional.of("it is a pipeline and has no instances of its own; the models of its stages have");
        }
        return told.entrySet().stream()
                .filter(entry -> entry.getKey().name().equals(name))
                .map(entry -> entry.getValue().fault)
                .filter(fault -> !fault.isEmpty())
                .findFirst();
    }
}

package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the number of instances in each group of each version as it is wanted, while the version serves.
 *
 * @thread the control thread
 * @bound one change of a group at a time; what it came to is forgotten with what was loaded
 * @errors a number that cannot be had is not tried again until another one is wanted
 */
final class GroupSizes {

    private static final Logger LOG = LoggerFactory.getLogger(GroupSizes.class);

    /**
     * Says how many instances each version of a model is to have.
     *
     * @thread the control thread
     */
    @FunctionalInterface
    interface Wanted {

        /** In that group; 0 for as many as it has. */
        int of(String name, String group);
    }

    private record Group(ModelId model, String name) {}

    /**
     * What a version in memory was told last.
     *
     * @param fault why it is not so; empty if it is, or is about to be
     */
    private record Told(ServedModel served, int instances, boolean over, String fault) {}

    private final KeptVersions kept;
    private final ModelSleep.Steps steps;
    private final Map<Group, Told> told = new HashMap<>();
    private Wanted wanted = (name, group) -> 0;

    GroupSizes(KeptVersions kept, ModelSleep.Steps steps) {
        this.kept = kept;
        this.steps = steps;
    }

    void want(Wanted byGroup) {
        wanted = byGroup;
    }

    /** By group, how many instances of it are enough for a version that is about to be loaded. */
    ToIntFunction<String> most(String name) {
        return group -> {
            int most = wanted.of(name, group);
            return most == 0 ? Integer.MAX_VALUE : most;
        };
    }

    /** Begins to make it so. */
    void adjust() {
        forget();
        kept.all().forEach(this::adjust);
    }

    /** What was told to one that has been replaced since, fell asleep or has gone; the next may have other groups. */
    private void forget() {
        told.entrySet().removeIf(entry -> {
            KeptVersion version = kept.find(entry.getKey().model);
            return version == null || !entry.getValue().served.equals(version.serving);
        });
    }

    private void adjust(KeptVersion version) {
        ServedModel served = version.serving;
        if (served != null && version.life.state() == ModelState.READY && !version.replacing) {
            served.groups().forEach(group -> adjust(version, served, group));
        }
    }

    private void adjust(KeptVersion version, ServedModel served, Description.Group group) {
        Group key = new Group(version.model(), group.name());
        int target = wanted.of(version.model().name(), group.name());
        @Nullable Told before = told.get(key);
        if (before != null && !before.over) {
            return;
        }
        int last = before == null ? group.instances() : before.instances;
        if (target == 0) {
            told.remove(key);
        } else if (last != target) {
            told.put(key, new Told(served, target, false, ""));
            steps.inItsOwnTime(version.model(), () -> resize(version, served, key, target));
        }
    }

    private void resize(KeptVersion version, ServedModel served, Group group, int target) {
        String fault = "";
        try {
            served.resize(group.name, target);
        } catch (Exception missing) { // of any kind, thrown from where the compiler cannot see it
            fault = "it cannot have " + target + " instances: " + missing.getMessage();
        }
        if (!served.equals(version.serving)) {
            return; // it has fallen asleep or been replaced, and who comes next is looked at anew
        }
        if (fault.isEmpty()) {
            LOG.info("model {} has {} instances on {}", version.model(), target, group.name);
        } else {
            LOG.error("model {}: {} ({})", version.model(), fault, group.name);
        }
        told.put(group, new Told(served, target, true, fault));
        steps.report(version, version.reason);
    }

    /** Why a version of that model has not what is wanted. */
    Optional<String> lack(String name) {
        boolean isPipeline = kept.all().stream()
                .filter(version -> version.model().name().equals(name))
                .map(version -> version.serving)
                .anyMatch(served -> served != null && served.isPipeline());
        if (isPipeline) {
            return Optional.of("it is a pipeline and has no instances of its own; the models of its stages have");
        }
        forget();
        return told.entrySet().stream()
                .filter(entry -> entry.getKey().model.name().equals(name))
                .filter(entry -> wanted.of(name, entry.getKey().name) == entry.getValue().instances)
                .map(entry -> entry.getValue().fault)
                .filter(fault -> !fault.isEmpty())
                .findFirst();
    }
}

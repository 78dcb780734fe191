package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The versions that lie in the repository, or did, and are not in memory: the gateway side is told of each once, and once
 * more when its files have gone.
 *
 * @thread the control thread
 */
final class UnloadedVersions {

    private final Announcements announcements;
    private final Set<ModelId> told = new HashSet<>();
    private Set<ModelId> present = Set.of();

    UnloadedVersions(Announcements announcements) {
        this.announcements = announcements;
    }

    /** Takes note of what there is in the repository. */
    void of(Set<ModelId> everything) {
        present = everything;
    }

    /** That version is not in memory. */
    void add(ModelId model) {
        if (told.add(model)) {
            announcements.tell(new ModelReport(model, ModelState.UNLOADED, null, ""));
        }
    }

    /** It is, or is on its way. */
    void remove(ModelId model) {
        told.remove(model);
    }

    /** Tells what is new. */
    void tell(Predicate<ModelId> inMemory) {
        present.stream().filter(inMemory.negate()).forEach(this::add);
        for (ModelId model : List.copyOf(told)) {
            if (!present.contains(model) && told.remove(model)) {
                announcements.tell(new ModelNews.Removed(model));
            }
        }
    }
}

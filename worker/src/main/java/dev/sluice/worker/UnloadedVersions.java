package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The versions that lie in the repository, or did, and are not in memory: the gateway side is told of each, and why,
 * once, and once more when that is another reason or its files have gone.
 *
 * @thread the control thread
 */
final class UnloadedVersions {

    private final Announcements announcements;
    private final UnaryOperator<String> forClients;
    private final Map<ModelId, String> told = new HashMap<>();
    private Map<ModelId, String> present = Map.of();

    /** @param forClients takes out of a reason what is nobody's business */
    UnloadedVersions(Announcements announcements, UnaryOperator<String> forClients) {
        this.announcements = announcements;
        this.forClients = forClients;
    }

    /** Takes note of what there is in the repository, each with the reason why it is not wanted. */
    void of(Map<ModelId, String> everything) {
        present = everything;
    }

    /** That version is not in memory. */
    void add(ModelId model) {
        String reason = forClients.apply(present.getOrDefault(model, ""));
        if (!reason.equals(told.put(model, reason))) {
            announcements.tell(new ModelReport(model, ModelState.UNLOADED, null, reason));
        }
    }

    /** It is, or is on its way. */
    void remove(ModelId model) {
        told.remove(model);
    }

    /** Tells what is new. */
    void tell(Predicate<ModelId> inMemory) {
        present.keySet().stream().filter(inMemory.negate()).forEach(this::add);
        for (ModelId model : List.copyOf(told.keySet())) {
            if (!present.containsKey(model) && told.remove(model) != null) {
                announcements.tell(new ModelNews.Removed(model));
            }
        }
    }
}

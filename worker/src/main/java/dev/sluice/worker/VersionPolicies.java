package dev.sluice.worker;

import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.VersionPolicy;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.Selection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Tells the gateway side which versions of each model are to be served, as its files and operators say.
 *
 * @thread the control thread
 * @bound the models whose files are there
 */
final class VersionPolicies {

    private final Announcements announcements;
    private final Wishes wishes;
    private Map<String, VersionPolicy> told = Map.of();

    VersionPolicies(Announcements announcements, Wishes wishes) {
        this.announcements = announcements;
        this.wishes = wishes;
    }

    /** Tells what is new; what nobody has said anything of is {@link VersionPolicy#NEWEST}. */
    void publish(List<ModelFolder> folders) {
        Map<String, VersionPolicy> before = told;
        Map<String, VersionPolicy> now = new HashMap<>();
        for (ModelFolder folder : folders) {
            now.put(folder.name(), Selection.policy(folder, wishes.of(folder.name())));
        }
        told = now;
        Set<String> concerned = new TreeSet<>(before.keySet());
        concerned.addAll(now.keySet());
        for (String name : concerned) {
            VersionPolicy policy = now.getOrDefault(name, VersionPolicy.NEWEST);
            if (!policy.equals(before.getOrDefault(name, VersionPolicy.NEWEST))) {
                announcements.tell(new ModelNews.Versions(name, policy));
            }
        }
    }
}

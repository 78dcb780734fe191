package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.Rollouts;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the gateway side which versions answer those who leave the version open, and knows which one is on trial.
 *
 * @thread the control thread
 * @bound plans are of models whose files are there
 */
final class TrafficControl {

    private static final Logger LOG = LoggerFactory.getLogger(TrafficControl.class);

    private final Announcements announcements;
    private final Wishes wishes;
    private final Rollouts rollouts;
    private Map<String, TrafficPlan> plans = Map.of();

    TrafficControl(Announcements announcements, KeptVersions kept, Wishes wishes) {
        this.announcements = announcements;
        this.wishes = wishes;
        this.rollouts = new Rollouts(kept::serves);
    }

    /** Tells what is new, until nothing is, and returns what holds then: by model, those of which a version may be on trial. */
    Map<String, TrafficPlan> publish(Iterable<ModelFolder> folders) {
        Map<String, TrafficPlan> next = planned(folders);
        while (!next.equals(plans)) {
            tell(next);
            next = planned(folders); // telling waits, and who was sent away meanwhile is not to be loaded
        }
        return next;
    }

    private Map<String, TrafficPlan> planned(Iterable<ModelFolder> folders) {
        for (ModelFolder folder : folders) { // first, or the next start might take for stable who is only tried
            wishes.changeAnyway(
                    folder.name(), wish -> wish.with(planned(folder, wish).rollout()));
        }
        Map<String, TrafficPlan> planned = new HashMap<>();
        for (ModelFolder folder : folders) {
            TrafficPlan plan = planned(folder, wishes.of(folder.name())).plan();
            if (!plan.equals(TrafficPlan.NONE)) {
                planned.put(folder.name(), plan);
            }
        }
        return planned;
    }

    private Rollouts.Planned planned(ModelFolder folder, ModelWish wish) {
        return rollouts.plan(folder, VersionLabels.said(folder, wish), wish);
    }

    private void tell(Map<String, TrafficPlan> next) {
        Map<String, TrafficPlan> before = plans;
        Set<String> concerned = new TreeSet<>(before.keySet());
        concerned.addAll(next.keySet());
        plans = next;
        for (String name : concerned) {
            if (!plan(name).equals(before.getOrDefault(name, TrafficPlan.NONE))) {
                LOG.info("model {}: {}", name, inWords(name));
                announcements.tell(new ModelNews.Traffic(name, plan(name)));
            }
        }
    }

    private TrafficPlan plan(String name) {
        return plans.getOrDefault(name, TrafficPlan.NONE);
    }

    /** The version that is on trial; {@link TrafficPlan#NOBODY} if none is. */
    long candidate(String name) {
        return plan(name).candidate();
    }

    /** Whether that version is on trial, or the one beside which another is. */
    boolean concerns(ModelId model) {
        TrafficPlan plan = plan(model.name());
        return plan.candidate() != TrafficPlan.NOBODY
                && (plan.candidate() == model.version() || plan.stable() == model.version());
    }

    /**
     * The version that is on trial where that is what operators want.
     *
     * @param version which must be it; {@link TrafficPlan#NOBODY} for whichever is
     * @throws InferenceException InvalidRequest if none is, or another
     */
    long onTrial(ModelFolder folder, ModelWish wish, long version) {
        long candidate = planned(folder, wish).plan().candidate();
        if (candidate == TrafficPlan.NOBODY) {
            throw InferenceException.invalid(
                    "model", "model " + InferenceException.quoted(folder.name()) + " has no version on trial");
        }
        if (version != TrafficPlan.NOBODY && version != candidate) {
            throw InferenceException.invalid(
                    "version", "version " + version + " is not on trial; " + candidate + " is");
        }
        return candidate;
    }

    /** How it stands, for people. */
    String inWords(String name) {
        TrafficPlan plan = plan(name);
        if (plan.policy() == null) {
            return "no version is tried before it serves";
        }
        String tried = plan.candidate() == TrafficPlan.NOBODY
                ? "no version is on trial"
                : "version " + plan.candidate() + " is on trial with "
                        + plan.policy().weightInWords();
        String away = plan.rejected().entrySet().stream()
                .map(version -> "; version " + version.getKey() + " was sent away: " + version.getValue())
                .collect(Collectors.joining());
        return "version " + plan.stable() + " is stable, " + tried + away;
    }
}

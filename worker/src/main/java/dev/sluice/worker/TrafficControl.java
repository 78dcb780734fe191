package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.repository.ModelFolder;
import dev.sluice.worker.repository.Rollouts;
import dev.sluice.worker.repository.Selection;
import dev.sluice.worker.repository.TrafficConfig;
import dev.sluice.worker.repository.VersionPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the gateway side which versions answer those who leave the version open, and knows which one is on trial.
 *
 * @thread the control thread
 * @bound that of {@link Rollouts}; plans are of models whose files are there
 */
final class TrafficControl {

    private static final Logger LOG = LoggerFactory.getLogger(TrafficControl.class);

    private final Announcements announcements;
    private final VersionLabels labels;
    private final Rollouts rollouts;
    private Map<String, TrafficPlan> plans = Map.of();

    TrafficControl(Announcements announcements, ModelKeeper keeper, VersionLabels labels) {
        this.announcements = announcements;
        this.labels = labels;
        this.rollouts = new Rollouts(keeper::serves);
    }

    /** Tells what is new, until nothing is, and returns what holds then: by model, those of which a version may be on trial. */
    Map<String, TrafficPlan> publish(Iterable<ModelFolder> folders, Selection selection) {
        Map<String, TrafficPlan> next = planned(folders, selection);
        while (!next.equals(plans)) {
            tell(next);
            next = planned(folders, selection); // telling waits, and who was sent away meanwhile is not to be loaded
        }
        return next;
    }

    private Map<String, TrafficPlan> planned(Iterable<ModelFolder> folders, Selection selection) {
        Map<String, TrafficPlan> planned = new HashMap<>();
        for (ModelFolder folder : folders) {
            TrafficPlan plan = rollouts.plan(folder, selection.policy(folder), labels.said(folder));
            if (!plan.equals(TrafficPlan.NONE)) {
                planned.put(folder.name(), plan);
            }
        }
        return planned;
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

    /** Why that version cannot be promoted or sent away, if it cannot. */
    Optional<InferenceError> refusal(String name, long version) {
        long candidate = candidate(name);
        if (candidate == TrafficPlan.NOBODY) {
            return Optional.of(new InferenceError.InvalidRequest(
                    "model", "model " + InferenceException.quoted(name) + " has no version on trial"));
        }
        return version == TrafficPlan.NOBODY || version == candidate
                ? Optional.empty()
                : Optional.of(new InferenceError.InvalidRequest(
                        "version", "version " + version + " is not on trial; " + candidate + " is"));
    }

    /** Has that config hold while that is done, and further on unless it is refused: then nothing has been said. */
    Outcome trying(String name, @Nullable TrafficConfig config, Supplier<Outcome> action) {
        return unlessRefused(name, () -> rollouts.set(name, config), action);
    }

    /** What was tried by an operator's word goes by the files again, and who was sent away has another chance. */
    void forget(String name) {
        rollouts.set(name, null);
    }

    /** Whether operators have said anything. */
    boolean hasBeenTold(String name) {
        return rollouts.known(name).config() != null;
    }

    /** The versions that have been sent away, or were passed over. */
    Set<Long> rejected(String name) {
        return rollouts.rejected(name).keySet();
    }

    void reject(ModelId model, String reason) {
        rollouts.reject(model, reason);
    }

    /** Does that for an operator who wants those versions served, which counts unless it is refused. */
    Outcome choosing(ModelFolder folder, VersionPolicy wanted, Supplier<Outcome> action) {
        Runnable choice = () -> {
            if (wanted instanceof VersionPolicy.Specific chosen) {
                rollouts.choose(folder, chosen);
            }
        };
        return unlessRefused(folder.name(), choice, action);
    }

    private Outcome unlessRefused(String name, Runnable word, Supplier<Outcome> action) {
        Rollouts.Known before = rollouts.known(name);
        word.run();
        Rollouts.Known after = rollouts.known(name);
        Outcome outcome = action.get();
        if (outcome.refusal() != null) {
            rollouts.takeBack(name, before, after);
        }
        return outcome;
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

package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.traffic.Trial;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.TrafficPolicy;
import java.util.Map;
import java.util.TreeMap;

/**
 * How versions are tried, as JSON for programs and as a cell of a table for people.
 *
 * @thread confined to its caller
 */
final class TrafficView {

    private final ModelDirectory models;
    private final Traffic traffic;

    TrafficView(ModelDirectory models, Traffic traffic) {
        this.models = models;
        this.traffic = traffic;
    }

    /** A member of the object of that model; nothing where no version is ever tried. */
    void json(String name, JsonOutput out) {
        TrafficPlan plan = models.plan(name);
        if (plan.policy() == null) {
            return;
        }
        out.raw(",\"traffic\":{\"stable\":")
                .number(plan.stable())
                .raw(",\"weight\":")
                .number(plan.policy().weightPercent());
        if (plan.candidate() != TrafficPlan.NOBODY) {
            out.raw(",\"candidate\":").number(plan.candidate());
            trial(name, out);
        }
        out.raw(",\"rejected\":{");
        String separator = "";
        for (Map.Entry<Long, String> version : new TreeMap<>(plan.rejected()).entrySet()) {
            out.raw(separator).string(version.getKey().toString()).raw(':').string(version.getValue());
            separator = ",";
        }
        out.raw("}}");
    }

    private void trial(String name, JsonOutput out) {
        for (Trial trial : traffic.trials()) {
            if (trial.candidate().model().name().equals(name)) {
                Trial.Totals totals = trial.totals();
                out.raw(",\"trial\":{\"stable_requests\":").number(totals.stableRequests());
                out.raw(",\"stable_failures\":").number(totals.stableFailures());
                out.raw(",\"candidate_requests\":").number(totals.candidateRequests());
                out.raw(",\"candidate_failures\":").number(totals.candidateFailures());
                out.raw(",\"compared\":").number(totals.compared());
                out.raw(",\"differed\":").number(totals.differed()).raw('}');
            }
        }
    }

    /** What that version has of it, in a few words. */
    String cell(ModelId model) {
        TrafficPlan plan = models.plan(model.name());
        TrafficPolicy policy = plan.policy();
        if (policy == null) {
            return "";
        }
        if (plan.rejected().containsKey(model.version())) {
            return "rejected";
        }
        if (model.version() == plan.candidate()) {
            return "candidate " + policy.weightInWords();
        }
        return model.version() == plan.stable() ? "stable" : "";
    }
}

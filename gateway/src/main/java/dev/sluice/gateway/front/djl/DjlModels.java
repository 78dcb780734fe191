package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.multimodel.ManagedPath;
import dev.sluice.gateway.front.multimodel.ModelPages;
import dev.sluice.gateway.front.multimodel.RegisteredModels;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import org.jspecify.annotations.Nullable;

/**
 * What is told of models: which there are, and how each version is run. A model is a workflow of one there.
 *
 * @thread confined to its loop
 * @errors UnknownModel; Starting while nobody knows yet
 * @source djl-serving, ListModelsResponse.java, ListWorkflowsResponse.java, DescribeWorkflowResponse.java
 */
final class DjlModels {

    /** The word of the paths by which they are called so. */
    static final String WORKFLOWS = "workflows";

    private static final String MODELS = "models";

    /** The paths that tell, and change, something. */
    static final String PATHS = ManagedPath.pattern(MODELS + "|" + WORKFLOWS);

    private final RegisteredModels registered;

    DjlModels(ModelDirectory models) {
        this.registered = new RegisteredModels(models);
    }

    /** Answers, or refuses, a request for what that path says. */
    void tell(Exchange exchange, ManagedPath path) {
        try {
            @Nullable String name = path.model();
            if (name != null) {
                one(exchange, name, path.version());
            } else if (path.list().equals(WORKFLOWS)) {
                ModelPages.answer(
                        exchange, WORKFLOWS, registered.names(), registered::versions, DjlModels::workflowEntry);
            } else {
                ModelPages.answer(exchange, MODELS, registered.names(), registered::versions, DjlModels::modelEntry);
            }
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private static void workflowEntry(ModelReport report, JsonOutput out) {
        out.raw("{\"workflowName\":").string(report.model().name());
        out.raw(",\"version\":\"").number(report.model().version()).raw("\"}");
    }

    private static void modelEntry(ModelReport report, JsonOutput out) {
        out.raw("{\"modelName\":").string(report.model().name());
        out.raw(",\"version\":\"").number(report.model().version());
        out.raw("\",\"modelUrl\":").string(report.model().toString());
        out.raw(",\"status\":\"").raw(workflowWord(report.state())).raw("\"}");
    }

    private static String workflowWord(ModelState state) {
        return switch (state) {
            case LOADING, WARMING -> "PENDING";
            case READY, ASLEEP, DRAINING -> "READY";
            case FAILED, UNLOADED -> "FAILED";
        };
    }

    /** Of a version that is not there, that server says twice that it is not; so it is said here. */
    private void one(Exchange exchange, String name, @Nullable String version) {
        String missing = registered.has(name) && version != null ? "Workflow not found: " + name + "/" + version : name;
        exchange.speaks(new DjlDialect(missing, DjlDialect.Asked.DESCRIPTION));
        JsonOutput out = new JsonOutput(1024);
        String between = "[";
        for (ModelReport report : registered.versions(name, version)) {
            workflow(report, out.raw(between));
            between = ",";
        }
        exchange.json(PrettyJson.of(out.raw(']')));
    }

    private static void workflow(ModelReport report, JsonOutput out) {
        String name = report.model().name();
        out.raw("{\"workflowName\":").string(name);
        out.raw(",\"version\":\"").number(report.model().version());
        out.raw("\",\"models\":[{\"modelName\":").string(name);
        out.raw(",\"modelUrl\":").string(report.model().toString());
        @Nullable Description description = report.description();
        if (description != null) {
            out.raw(",\"batchSize\":").number(Math.max(1, description.maxBatchRows()));
            out.raw(",\"maxBatchDelayMillis\":").number(ModelPages.delayMillis(description));
        }
        out.raw(",\"status\":\"").raw(report.takesRequests() ? "Healthy" : workflowWord(report.state()));
        out.raw("\",\"workerGroups\":[");
        if (description != null && report.takesRequests()) {
            group(description, out);
        }
        out.raw("]}]}");
    }

    private static void group(Description description, JsonOutput out) {
        boolean gpu = description.gpu() != Description.NO_GPU;
        out.raw("{\"device\":{\"deviceType\":\"").raw(gpu ? "gpu" : "cpu");
        out.raw("\",\"deviceId\":").number(description.gpu());
        out.raw("},\"minWorkers\":").number(description.instances());
        out.raw(",\"maxWorkers\":").number(description.instances());
        String between = ",\"workers\":[";
        for (int worker = 1; worker <= description.instances(); worker++) {
            out.raw(between).raw("{\"id\":").number(worker).raw(",\"status\":\"READY\"}");
            between = ",";
        }
        out.raw("]}");
    }
}

package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.PathSegment;
import dev.sluice.gateway.front.torchserve.ModelHealth;
import dev.sluice.gateway.front.torchserve.ModelPages;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is told of models: which there are, and how each version is run. What changes them is the operators' business.
 *
 * @thread confined to one front loop
 * @errors UnknownModel; 405 for what would change something
 * @source djl-serving, ListModelsResponse.java, DescribeWorkflowResponse.java
 */
final class DjlModels implements Handler<RoutingContext> {

    static final String ALLOWED = "GET, HEAD, OPTIONS";
    static final String PATHS = "/models(?:/(?<model>[^/]+)(?:/(?<version>[^/]+))?)?/?";

    private static final Pattern PATH = Pattern.compile(PATHS);

    private final LoopParts loop;
    private final ModelDirectory models;

    DjlModels(LoopParts loop) {
        this.loop = loop;
        this.models = loop.serving().parts().models();
    }

    @Override
    public void handle(RoutingContext context) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(DjlDialect.NO_MODEL);
        HttpMethod method = context.request().method();
        Matcher path = PATH.matcher(String.valueOf(context.request().path()));
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            context.response().putHeader("allow", ALLOWED);
            loop.exchanges().refuse(context, loop.bodies(), 405, "operators have a port of their own");
        } else if (!path.matches()) { // the router has matched it as it is when its dots and slashes are resolved
            loop.exchanges().refuse(context, loop.bodies(), 404, "there is no such path");
        } else {
            tell(exchange, decoded(path.group("model")), decoded(path.group("version")));
        }
    }

    private static @Nullable String decoded(@Nullable String segment) {
        return segment == null ? null : PathSegment.decode(segment);
    }

    private void tell(Exchange exchange, @Nullable String name, @Nullable String version) {
        try {
            if (name == null) {
                all(exchange);
            } else {
                one(exchange, name, version);
            }
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private void all(Exchange exchange) {
        ModelPages page = ModelPages.of(exchange.request(), ModelPages.names(models));
        JsonOutput out = new JsonOutput(1024).raw("{");
        if (page.isFollowed()) {
            out.raw("\"nextPageToken\":\"").number(page.end()).raw("\",");
        }
        String between = "";
        out.raw("\"models\":[");
        for (String name : page.names()) {
            for (ModelReport report : versions(name, null)) {
                out.raw(between).raw("{\"modelName\":").string(name);
                out.raw(",\"version\":\"").number(report.model().version());
                out.raw("\",\"modelUrl\":").string(report.model().toString());
                out.raw(",\"status\":\"").raw(workflowWord(report.state())).raw("\"}");
                between = ",";
            }
        }
        exchange.json(PrettyJson.of(out.raw("]}")));
    }

    private static String workflowWord(ModelState state) {
        return switch (state) {
            case LOADING, WARMING -> "PENDING";
            case READY, ASLEEP, DRAINING -> "READY";
            case FAILED, UNLOADED -> "FAILED";
        };
    }

    private void one(Exchange exchange, String name, @Nullable String version) {
        exchange.speaks(new DjlDialect(name));
        List<ModelReport> versions = versions(name, version);
        if (versions.isEmpty()) {
            exchange.refuse(models.isComplete() ? new InferenceError.UnknownModel("") : new InferenceError.Starting());
            return;
        }
        JsonOutput out = new JsonOutput(1024);
        String between = "[";
        for (ModelReport report : versions) {
            out.raw(between);
            workflow(report, out);
            between = ",";
        }
        exchange.json(PrettyJson.of(out.raw(']')));
    }

    private List<ModelReport> versions(String name, @Nullable String version) {
        return models.versions(name).stream()
                .filter(ModelHealth::isKnown)
                .filter(report -> version == null
                        || Long.toString(report.model().version()).equals(version))
                .toList();
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

package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.multimodel.ModelPages;
import dev.sluice.gateway.front.multimodel.RegisteredModels;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelSource;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What is told of models to who manages them: which there are, and how a version is run.
 *
 * @thread the operators' loop
 * @source pytorch/serve, ListModelsResponse.java, DescribeModelResponse.java
 */
final class TorchServeModels {

    private final ModelDirectory models;
    private final RegisteredModels registered;
    private final BatcherInquiry batchers;

    TorchServeModels(ModelDirectory models, BatcherInquiry batchers) {
        this.models = models;
        this.registered = new RegisteredModels(models);
        this.batchers = batchers;
    }

    void all(Exchange exchange) {
        ModelPages.answer(exchange, "models", registered.names(), this::newest, (report, out) -> {
            out.raw("{\"modelName\":").string(report.model().name());
            out.raw(",\"modelUrl\":").string(url(report.model())).raw('}');
        });
    }

    private List<ModelReport> newest(String name) {
        return registered.versions(name).stream().limit(1).toList();
    }

    /** As its model store would have it: the place in the repository, unless it comes from elsewhere. */
    private String url(ModelId model) {
        @Nullable ModelSource source = models.wish(model.name()).sources().get(model.version());
        return source == null ? model.toString() : source.shown();
    }

    /** How long their queues are is asked of their batchers; one that does not answer says nothing of it. */
    void describe(Exchange exchange, List<ModelReport> versions) {
        List<Future<OptionalInt>> waiting = new ArrayList<>();
        for (ModelReport report : versions) {
            waiting.add(waiting(report));
        }
        Future.all(waiting).onSuccess(known -> {
            JsonOutput out = new JsonOutput(1024);
            for (int place = 0; place < versions.size(); place++) {
                out.raw(place == 0 ? '[' : ',');
                describe(versions.get(place), waiting.get(place).result(), out);
            }
            exchange.json(PrettyJson.of(out.raw(']')));
        });
    }

    private Future<OptionalInt> waiting(ModelReport report) {
        @Nullable Description description = report.description();
        return description == null || !report.takesRequests()
                ? Future.succeededFuture(OptionalInt.empty())
                : batchers.ask(new ModelEndpoint(report.model(), description))
                        .map(said -> OptionalInt.of(said.queue().requests()))
                        .otherwise(OptionalInt.empty());
    }

    private void describe(ModelReport report, OptionalInt waiting, JsonOutput out) {
        out.raw("{\"modelName\":").string(report.model().name());
        out.raw(",\"modelVersion\":\"").number(report.model().version());
        out.raw("\",\"modelUrl\":").string(url(report.model()));
        @Nullable Description description = report.description();
        if (description != null) {
            boolean gpu = description.gpu() != Description.NO_GPU;
            out.raw(",\"runtime\":").string(description.platform());
            out.raw(",\"minWorkers\":").number(description.instances());
            out.raw(",\"maxWorkers\":").number(description.instances());
            out.raw(",\"batchSize\":").number(Math.max(1, description.maxBatchRows()));
            out.raw(",\"maxBatchDelay\":").number(ModelPages.delayMillis(description));
            out.raw(",\"deviceType\":\"").raw(gpu ? "gpu" : "cpu");
            out.raw(gpu ? "\",\"deviceIds\":[" + description.gpu() + "]" : "\"");
        }
        out.raw(",\"workers\":[");
        int workers = description == null || !report.takesRequests() ? 0 : description.instances();
        for (int worker = 0; worker < workers; worker++) {
            out.raw(worker == 0 ? "" : ",").raw("{\"id\":\"").number(worker).raw("\",\"status\":\"READY\"}");
        }
        out.raw(']');
        waiting.ifPresent(requests -> out.raw(",\"jobQueueStatus\":{\"pendingRequests\":")
                .number(requests)
                .raw('}'));
        out.raw('}');
    }
}

package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.TensorSpec;
import io.vertx.ext.web.RoutingContext;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * What the server says of itself and its models.
 *
 * @thread confined to one front loop
 * @source Open Inference Protocol: health, server metadata and model metadata; {@code GET /v2/models} is ours
 */
final class MetadataHandlers {

    private final FrontParts parts;
    private final Exchanges exchanges;
    private final boolean modelControl;

    /** @param modelControl whether models may be loaded and unloaded here */
    MetadataHandlers(FrontParts parts, Exchanges exchanges, boolean modelControl) {
        this.parts = parts;
        this.modelControl = modelControl;
        this.exchanges = exchanges;
    }

    void server(RoutingContext context) {
        JsonOutput out =
                new JsonOutput(128).raw("{\"name\":\"sluice\",\"version\":").string(parts.version());
        out.raw(",\"extensions\":");
        strings(ServerState.extensions(modelControl), out);
        exchanges.of(context).json(out.raw('}'));
    }

    void live(RoutingContext context) {
        exchanges.of(context).json(new JsonOutput(16).raw("{\"live\":true}"));
    }

    void ready(RoutingContext context) {
        boolean ready = ServerState.isReady(parts);
        JsonOutput out = new JsonOutput(32)
                .raw("{\"ready\":")
                .raw(Boolean.toString(ready))
                .raw(",\"live\":true}");
        exchanges.of(context).answer(ready ? 200 : 503, out);
    }

    void models(RoutingContext context) {
        JsonOutput out = new JsonOutput(1024).raw("{\"models\":[");
        String separator = "";
        for (ModelReport report : parts.models().all()) {
            out.raw(separator).raw("{\"name\":").string(report.model().name());
            out.raw(",\"version\":\"").number(report.model().version());
            out.raw("\",\"state\":\"").raw(report.state().name().toLowerCase(Locale.ROOT));
            out.raw("\",\"reason\":").string(report.reason());
            CircuitState circuit = parts.models().circuits().state(report.model());
            out.raw(",\"circuit\":\"")
                    .raw(circuit.name().toLowerCase(Locale.ROOT))
                    .raw("\"}");
            separator = ",";
        }
        exchanges.of(context).json(out.raw("]}"));
    }

    /** Whether it, or who stands in for it, would be asked for a prediction now. */
    void modelReady(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        RequestedModel requested = Routes.model(context);
        try {
            ServerState.answering(parts, requested);
            exchange.json(modelReady(requested.name(), true));
        } catch (InferenceException refused) {
            boolean exists = refused.error() instanceof InferenceError.ModelNotReady
                    || refused.error() instanceof InferenceError.CircuitOpen;
            if (exists) {
                exchange.answer(503, modelReady(requested.name(), false));
            } else {
                exchange.refuse(refused.error());
            }
        }
    }

    private static JsonOutput modelReady(String name, boolean ready) {
        return new JsonOutput(64)
                .raw("{\"name\":")
                .string(name)
                .raw(",\"ready\":")
                .raw(ready + "}");
    }

    void model(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        try {
            var endpoint = Routes.model(context).in(parts.models());
            Collection<ModelReport> versions =
                    parts.models().ready(endpoint.model().name());
            exchange.json(metadata(endpoint.model(), endpoint.description(), versions));
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private static JsonOutput metadata(
            ModelId model, ModelReport.Description description, Collection<ModelReport> all) {
        JsonOutput out =
                new JsonOutput(1024).raw("{\"name\":").string(model.name()).raw(",\"versions\":");
        strings(
                all.stream()
                        .map(report -> Long.toString(report.model().version()))
                        .toList(),
                out);
        out.raw(",\"platform\":").string(description.platform()).raw(",\"inputs\":");
        specs(description.signature().inputs(), out);
        out.raw(",\"outputs\":");
        specs(description.signature().outputs(), out);
        out.raw(",\"parameters\":{\"max_batch_size\":")
                .number(description.maxBatchRows())
                .raw(",\"labels\":");
        strings(description.labels(), out);
        return out.raw("}}");
    }

    private static void specs(List<TensorSpec> specs, JsonOutput out) {
        String separator = "[";
        for (TensorSpec spec : specs) {
            out.raw(separator).raw("{\"name\":").string(spec.name());
            out.raw(",\"datatype\":\"").raw(spec.dataType().name());
            out.raw("\",\"shape\":").raw(spec.shape().toString());
            out.raw(spec.optional() ? ",\"optional\":true}" : "}");
            separator = ",";
        }
        out.raw(specs.isEmpty() ? "[]" : "]");
    }

    private static void strings(List<String> strings, JsonOutput out) {
        String separator = "[";
        for (String string : strings) {
            out.raw(separator).string(string);
            separator = ",";
        }
        out.raw(strings.isEmpty() ? "[]" : "]");
    }
}

package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelReport.FixedBatching;
import dev.sluice.worker.contract.TensorSpec;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a model is served, in Triton's words: {@code .../config}.
 *
 * <p>Dimensions stand without the batch axis when the model is batched. Triton wants at least one dimension, so a tensor
 * with none left is shown as one element that is reshaped to a scalar.
 *
 * @thread confined to one front loop
 * @source Triton: model configuration extension, {@code model_config.proto}
 */
final class ModelConfigHandler {

    private final FrontParts parts;
    private final Exchanges exchanges;

    ModelConfigHandler(FrontParts parts, Exchanges exchanges) {
        this.parts = parts;
        this.exchanges = exchanges;
    }

    void show(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        try {
            exchange.json(config(Routes.model(context).in(parts.models())));
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private static JsonOutput config(ModelEndpoint endpoint) {
        String name = endpoint.model().name();
        Description description = endpoint.description();
        boolean batched = description.maxBatchRows() > 0;
        JsonOutput out = new JsonOutput(1024).raw("{\"name\":").string(name);
        out.raw(",\"platform\":").string(description.platform());
        out.raw(",\"backend\":").string(description.backend());
        out.raw(",\"version_policy\":{\"latest\":{\"num_versions\":1}}");
        out.raw(",\"max_batch_size\":").number(description.maxBatchRows());
        out.raw(",\"input\":");
        tensors(description.signature().inputs(), batched, out);
        out.raw(",\"output\":");
        tensors(description.signature().outputs(), batched, out);
        if (!description.isPipeline()) {
            instances(name, description, out);
            if (batched) {
                dynamicBatching(description.fixed(), out);
            }
        }
        labels(description.labels(), out);
        return out.raw('}');
    }

    private static void instances(String name, Description description, JsonOutput out) {
        String separator = ",\"instance_group\":[";
        int ordinal = 0;
        for (Description.Group group : description.groups()) {
            out.raw(separator).raw("{\"name\":").string(name + "_" + ordinal++);
            if (group.gpu() == Description.NO_GPU) {
                out.raw(",\"kind\":\"KIND_CPU\"");
            } else {
                out.raw(",\"kind\":\"KIND_GPU\",\"gpus\":[").number(group.gpu()).raw(']');
            }
            out.raw(",\"count\":").number(group.instances()).raw('}');
            separator = ",";
        }
        out.raw(']');
    }

    /** Nothing in it for a model whose batches are formed by what is learnt. */
    private static void dynamicBatching(FixedBatching fixed, JsonOutput out) {
        out.raw(",\"dynamic_batching\":{");
        if (!fixed.equals(FixedBatching.NONE)) {
            long delayMicros = TimeUnit.NANOSECONDS.toMicros(fixed.maxDelayNanos());
            out.raw("\"preferred_batch_size\":").raw(fixed.preferredRows().toString());
            out.raw(",\"max_queue_delay_microseconds\":\"").number(delayMicros);
            out.raw("\",\"preserve_ordering\":").raw(Boolean.toString(fixed.preserveOrdering()));
        }
        out.raw('}');
    }

    /** One on each line, as in the label files of Triton. */
    private static void labels(List<String> labels, JsonOutput out) {
        if (!labels.isEmpty()) {
            out.raw(",\"parameters\":{\"labels\":{\"string_value\":").string(String.join("\n", labels));
            out.raw("}}");
        }
    }

    private static void tensors(List<TensorSpec> specs, boolean batched, JsonOutput out) {
        String separator = "[";
        for (TensorSpec spec : specs) {
            out.raw(separator).raw("{\"name\":").string(spec.name());
            out.raw(",\"data_type\":\"").raw(typeName(spec.dataType()));
            out.raw("\",\"dims\":");
            dimensions(spec, batched ? 1 : 0, out);
            out.raw(spec.optional() ? ",\"optional\":true}" : "}");
            separator = ",";
        }
        out.raw(specs.isEmpty() ? "[]" : "]");
    }

    private static String typeName(DataType type) {
        return type == DataType.BYTES ? "TYPE_STRING" : "TYPE_" + type;
    }

    private static void dimensions(TensorSpec spec, int firstAxis, JsonOutput out) {
        if (spec.shape().rank() <= firstAxis) {
            out.raw("[1],\"reshape\":{\"shape\":[]}");
            return;
        }
        for (int axis = firstAxis; axis < spec.shape().rank(); axis++) {
            out.raw(axis == firstAxis ? '[' : ',').number(spec.shape().dimension(axis));
        }
        out.raw(']');
    }
}

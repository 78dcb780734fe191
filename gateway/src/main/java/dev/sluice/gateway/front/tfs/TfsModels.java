package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of models: where each version stands, and what it takes and gives.
 *
 * @thread any
 * @errors UnknownModel; for metadata also ModelNotReady
 * @source tensorflow/serving, get_model_status.proto, get_model_metadata.proto
 */
public final class TfsModels {

    private final ModelDirectory models;

    public TfsModels(ModelDirectory models) {
        this.models = models;
    }

    /**
     * The model that a client names. A label that there is not is a mistake there, and not something that is not found.
     *
     * @param version a number; null where none is given
     * @param label null where none is given
     * @throws InferenceException InvalidRequest, Starting
     */
    public RequestedModel requested(String name, @Nullable String version, @Nullable String label) {
        if (label != null && !models.labels(name).containsKey(label)) {
            throw new InferenceException(
                    models.isComplete()
                            ? new InferenceError.InvalidRequest(
                                    "", "Unrecognized servable version label: " + InferenceException.shortened(label))
                            : new InferenceError.Starting());
        }
        return new RequestedModel(name, label == null ? version : label);
    }

    /** What is said of one that is not there. */
    public static String notFound(RequestedModel model) {
        String name = InferenceException.shortened(model.name());
        return "Servable not found for request: "
                + (model.version() == null
                        ? "Latest(" + name + ")"
                        : "Specific(" + name + ", " + InferenceException.shortened(model.version()) + ")");
    }

    /** The same, asked for its state, which that server says in other words. */
    public static String noVersions(RequestedModel model) {
        return "Could not find "
                + (model.version() == null
                        ? "any versions"
                        : "version " + InferenceException.shortened(model.version()))
                + " of model " + InferenceException.shortened(model.name());
    }

    JsonOutput status(RequestedModel model) {
        JsonOutput out = new JsonOutput(512).raw("{\"model_version_status\":[");
        String separator = "";
        for (ModelReport report : reports(model)) {
            boolean failed = report.state() == ModelState.FAILED;
            out.raw(separator).raw("{\"version\":\"").number(report.model().version());
            out.raw("\",\"state\":\"").raw(state(report.state()));
            out.raw("\",\"status\":{\"error_code\":\"").raw(failed ? "INTERNAL" : "OK");
            out.raw("\",\"error_message\":")
                    .string(failed ? report.reason() : "")
                    .raw("}}");
            separator = ",";
        }
        return out.raw("]}");
    }

    /** Versions that lie in the repository and nowhere else are told of only if nothing else can be. */
    public List<ModelReport> reports(RequestedModel model) {
        Collection<ModelReport> all = models.versions(model.name());
        @Nullable String version = model.version();
        if (version != null) {
            long number = model.versionNumber(models);
            return required(all.stream()
                    .filter(report -> report.model().version() == number)
                    .toList());
        }
        List<ModelReport> known = all.stream()
                .filter(report -> report.state() != ModelState.UNLOADED)
                .toList();
        return required(known.isEmpty() ? List.copyOf(all) : known);
    }

    private List<ModelReport> required(List<ModelReport> reports) {
        if (reports.isEmpty()) {
            throw new InferenceException(
                    models.isComplete() ? new InferenceError.UnknownModel("") : new InferenceError.Starting());
        }
        return reports;
    }

    /** That state in TensorFlow Serving's words. */
    public static String state(ModelState state) {
        return switch (state) {
            case LOADING, WARMING -> "LOADING";
            case READY, ASLEEP -> "AVAILABLE";
            case DRAINING -> "UNLOADING";
            case UNLOADED, FAILED -> "END";
        };
    }

    JsonOutput metadata(RequestedModel model) {
        ModelEndpoint endpoint = model.in(models);
        Signature signature = endpoint.description().signature();
        JsonOutput out = new JsonOutput(1024)
                .raw("{\"model_spec\":{\"name\":")
                .string(endpoint.model().name());
        out.raw(",\"signature_name\":\"\",\"version\":\"")
                .number(endpoint.model().version());
        out.raw("\"},\"metadata\":{\"signature_def\":{\"signature_def\":{\"serving_default\":{\"inputs\":");
        specs(signature.inputs(), out);
        out.raw(",\"outputs\":");
        specs(signature.outputs(), out);
        return out.raw(",\"method_name\":\"tensorflow/serving/predict\"}}}}}");
    }

    private static void specs(List<TensorSpec> specs, JsonOutput out) {
        String separator = "{";
        for (TensorSpec spec : specs) {
            out.raw(separator).string(spec.name());
            out.raw(":{\"dtype\":\"").raw(TfsType.constant(spec.dataType()));
            out.raw("\",\"tensor_shape\":{\"dim\":[");
            for (int axis = 0; axis < spec.shape().rank(); axis++) {
                out.raw(axis == 0 ? "" : ",").raw("{\"size\":\"");
                out.number(spec.shape().dimension(axis)).raw("\",\"name\":\"\"}");
            }
            out.raw("],\"unknown_rank\":false},\"name\":")
                    .string(spec.name() + ":0")
                    .raw('}');
            separator = ",";
        }
        out.raw(specs.isEmpty() ? "{}" : "}");
    }
}

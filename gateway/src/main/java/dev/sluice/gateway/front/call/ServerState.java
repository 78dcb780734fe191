package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the server says of itself, whatever protocol asks.
 *
 * @thread any
 * @source Open Inference Protocol: health and server metadata
 */
public final class ServerState {

    public static final String NAME = "sluice";

    private static final List<String> EXTENSIONS = List.of(
            "binary_tensor_data",
            "classification",
            "schedule_policy",
            "parameters",
            "model_configuration",
            "statistics",
            "model_repository(index)",
            "sluice_stream");

    private static final List<String> WITH_CONTROL = EXTENSIONS.stream()
            .flatMap(name -> name.equals("model_repository(index)")
                    ? Stream.of("model_repository", "model_repository(unload_dependents)")
                    : Stream.of(name))
            .toList();

    private ServerState() {}

    /**
     * Only what works.
     *
     * @param modelControl whether that goes for the whole of the repository's extension, or for its index only
     */
    public static List<String> extensions(boolean modelControl) {
        return modelControl ? WITH_CONTROL : EXTENSIONS;
    }

    /** Every model that it began with has been tried, and it does not stop. */
    public static boolean isServing(FrontParts parts) {
        return parts.models().isComplete() && !parts.admission().isDraining();
    }

    /** It serves, and one model works, or is asleep, if any is wanted. */
    public static boolean isReady(FrontParts parts) {
        List<ModelReport> all = parts.models().all();
        boolean anyReady = all.stream().anyMatch(ModelReport::takesRequests);
        boolean noneWanted = all.stream().allMatch(report -> report.state() == ModelState.UNLOADED);
        return isServing(parts) && (anyReady || noneWanted);
    }

    /**
     * The model that would be asked for a prediction now: the one that is named, or who stands in for it.
     *
     * @throws InferenceException UnknownModel, ModelNotReady, CircuitOpen
     */
    public static ModelEndpoint answering(FrontParts parts, RequestedModel requested) {
        return parts.models()
                .circuits()
                .answering(requested.in(parts.models()), parts.ticker().nanos());
    }

    /**
     * The versions of which statistics are asked: that one, or all that are ready where the version is left open.
     *
     * @throws InferenceException UnknownModel, ModelNotReady
     */
    public static List<ModelId> counted(FrontParts parts, RequestedModel requested) {
        ModelId model = requested.in(parts.models()).model();
        @Nullable String version = requested.version();
        return version == null ? ready(parts.models().versions(model.name())) : List.of(model);
    }

    /** Those that take requests. */
    public static List<ModelId> ready(Collection<ModelReport> reports) {
        return reports.stream()
                .filter(ModelReport::takesRequests)
                .map(ModelReport::model)
                .toList();
    }

    /** The state of a model in the index of the repository, which knows none for one that is loaded when it is asked. */
    public static String indexWord(ModelState state) {
        return switch (state) {
            case LOADING, WARMING -> "LOADING";
            case READY, ASLEEP -> "READY";
            case DRAINING -> "UNLOADING";
            case FAILED, UNLOADED -> "UNAVAILABLE";
        };
    }
}

package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.pipeline.Pipeline.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Of what the rows of a tensor are: what the client sent, or the boxes of a crop. Only rows of one kind go together.
 *
 * @thread confined to the thread that loads
 */
final class RowKinds {

    private static final String SENT = "";

    private final PipelineFaults faults;

    /** By stage; of those whose rows are nobody's business there is none. */
    private final Map<String, String> kinds = new HashMap<>();

    RowKinds(PipelineFaults faults) {
        this.faults = faults;
    }

    /** Takes note of a stage that is placed behind all that it waits for. */
    void place(Stage stage, Signature signature) {
        @Nullable String kind = signature.batched() ? common(stage.sources().toList(), stage.line()) : null;
        if (stage.task() instanceof Crop) {
            kinds.put(stage.name(), stage.name());
        } else if (kind != null) {
            kinds.put(stage.name(), kind);
        }
    }

    /** What all of them are rows of; null where that is not known. */
    @Nullable
    String common(List<Source> sources, String line) {
        @Nullable String common = null;
        for (Source source : sources) {
            @Nullable String kind = of(source);
            if (kind != null && common != null && !kind.equals(common)) {
                faults.add(
                        line,
                        "puts rows of " + inWords(common) + " beside rows of " + inWords(kind) + " (" + source + ")");
                return common;
            }
            common = kind == null ? common : kind;
        }
        return common;
    }

    private static String inWords(String kind) {
        return kind.equals(SENT) ? "what the client sends" : "the boxes of " + kind;
    }

    /** Null where it is not known. */
    private @Nullable String of(Source source) {
        return source.isInput() ? SENT : kinds.get(source.stage());
    }

    /** Whether it has a row for each that the client sent. */
    boolean areSent(Source source) {
        return Objects.equals(of(source), SENT);
    }
}

package dev.sluice.worker.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the worker side tells the gateway side about one model version, each time its state changes.
 *
 * @param description null until the model has been loaded
 * @param reason why the model is in this state, or what is remarkable about it, for people; empty when there is nothing to
 *     say
 */
public record ModelReport(
        ModelId model, ModelState state, @Nullable Description description, String reason) implements ModelNews {

    /** Where there is no other reason to be given, what is remarkable is. */
    public ModelReport {
        if (reason.isEmpty() && description != null) {
            reason = String.join("; ", description.remarks());
        }
    }

    /**
     * What a loaded model is like.
     *
     * @param platform as metadata shows it, {@code onnxruntime_onnx}
     * @param labels names of the classes an output counts, or empty
     * @param maxBatchRows rows that fit one batch; 0 when the model cannot be batched
     * @param instances threads that run it
     * @param batcherAddress where the event bus takes requests for it
     * @param fixed how batches are formed if not by what is learnt
     * @param transform what stands between pictures and labels and its tensors
     * @param remarks what its owner should know although it is served, for people
     */
    public record Description(
            String platform,
            Signature signature,
            List<String> labels,
            int maxBatchRows,
            int instances,
            String batcherAddress,
            FixedBatching fixed,
            Transform transform,
            List<String> remarks) {

        public Description {
            remarks = List.copyOf(remarks);
        }

        /** Of a model that knows tensors alone, whose batches are formed by what is learnt, with nothing to remark. */
        public Description(
                String platform,
                Signature signature,
                List<String> labels,
                int maxBatchRows,
                int instances,
                String batcherAddress) {
            this(
                    platform,
                    signature,
                    labels,
                    maxBatchRows,
                    instances,
                    batcherAddress,
                    FixedBatching.NONE,
                    Transform.NONE,
                    List.of());
        }
    }

    /**
     * What those who come from Triton may say of a model's batches.
     *
     * @param preferredRows sizes of batches to wait for
     * @param maxDelayNanos how long to wait for them
     * @param preserveOrdering whether answers leave in the order in which their requests came
     */
    public record FixedBatching(List<Integer> preferredRows, long maxDelayNanos, boolean preserveOrdering) {

        public static final FixedBatching NONE = new FixedBatching(List.of(), 0, false);
    }
}

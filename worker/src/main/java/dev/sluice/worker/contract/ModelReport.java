package dev.sluice.worker.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the worker side tells the gateway side about one model version, each time its state changes.
 *
 * @param description null until the model has been loaded; of one that is asleep, as it was
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

    /** Whether requests may be sent to it: it is ready, or asleep, or on its way from there back into memory. */
    public boolean takesRequests() {
        return description != null
                && switch (state) {
                    case READY, ASLEEP, LOADING, WARMING -> true;
                    case DRAINING, UNLOADED, FAILED -> false;
                };
    }

    /**
     * What a loaded model is like.
     *
     * @param platform as metadata shows it, {@code onnxruntime_onnx}
     * @param labels names of the classes an output counts, or empty
     * @param maxBatchRows rows that fit one batch; 0 when the model cannot be batched
     * @param groups the threads that run it, by their devices; none for a pipeline, whose stages have them
     * @param batcherAddress where the event bus takes requests for it; while it is asleep, who holds them until it is not
     * @param fixed how batches are formed if not by what is learnt
     * @param transform what stands between people's things and its tensors
     * @param remarks what its owner should know although it is served, for people
     * @param cacheNanos how long an answer may be given again to an equal request; 0 for never
     */
    public record Description(
            String platform,
            Signature signature,
            List<String> labels,
            int maxBatchRows,
            List<Group> groups,
            String batcherAddress,
            FixedBatching fixed,
            Transform transform,
            List<String> remarks,
            long cacheNanos) {

        public static final int NO_GPU = -1;

        /**
         * The threads that run it on one device.
         *
         * @param name by which operators tell it from the others: the device it was meant for, perhaps with a number behind
         * @param device where it runs: {@code cpu}, or {@code cuda:N}
         */
        public record Group(String name, String device, int instances) {

            /** Which GPU it runs on; {@link #NO_GPU} for none. */
            public int gpu() {
                int colon = device.indexOf(':');
                return colon < 0 ? NO_GPU : Integer.parseInt(device.substring(colon + 1));
            }
        }

        public Description {
            groups = List.copyOf(groups);
            remarks = List.copyOf(remarks);
        }

        /** Threads that run it, on any device. */
        public int instances() {
            return groups.stream().mapToInt(Group::instances).sum();
        }

        /** Whether it is made of other models, which have the instances and the batches. */
        public boolean isPipeline() {
            return groups.isEmpty();
        }

        /** Triton's name for what runs models of its platform: {@code onnxruntime}; none of a pipeline. */
        public String backend() {
            if (isPipeline()) {
                return "";
            }
            int end = platform.indexOf('_');
            return end < 0 ? platform : platform.substring(0, end);
        }

        /** The first GPU that it runs on; {@link #NO_GPU} for none. */
        public int gpu() {
            return groups.stream()
                    .mapToInt(Group::gpu)
                    .filter(gpu -> gpu != NO_GPU)
                    .findFirst()
                    .orElse(NO_GPU);
        }

        /**
         * The same model while it is asleep, whose requests are taken elsewhere. Of what they are answered nothing is kept, since
         * nobody knows yet which loading of it answers.
         */
        public Description asleepAt(String address) {
            return with(groups, address, 0);
        }

        /** The same model with so many threads in that group. */
        public Description with(String group, int threads) {
            List<Group> changed = groups.stream()
                    .map(each -> each.name.equals(group) ? new Group(group, each.device, threads) : each)
                    .toList();
            return with(changed, batcherAddress, cacheNanos);
        }

        private Description with(List<Group> itsGroups, String address, long itsCacheNanos) {
            return new Description(
                    platform,
                    signature,
                    labels,
                    maxBatchRows,
                    itsGroups,
                    address,
                    fixed,
                    transform,
                    remarks,
                    itsCacheNanos);
        }

        /** Of a model on the CPU that knows tensors alone, whose batches are formed by what is learnt, with nothing to remark. */
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
                    List.of(new Group("cpu", "cpu", instances)),
                    batcherAddress,
                    FixedBatching.NONE,
                    Transform.NONE,
                    List.of(),
                    0);
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

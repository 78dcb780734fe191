package dev.sluice.worker.fake;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/** Requests to a model that takes one INT64 input and answers with the same. */
public final class Requests {

    public static final ModelId MODEL = new ModelId("echo", 1);
    public static final Deadline FAR = new Deadline(Long.MAX_VALUE / 2);

    private Requests() {}

    /** One row for each id. */
    public static InferenceRequest ofIds(long... ids) {
        return of(FAR, ids);
    }

    public static InferenceRequest of(Deadline deadline, long... ids) {
        return of(deadline, 1, List.of("y"), ids);
    }

    /** One row for each id, that many elements wide, so that different widths cannot share a batch. */
    public static InferenceRequest of(Deadline deadline, int width, List<String> outputs, long... ids) {
        long[] elements = Arrays.stream(ids)
                .flatMap(id -> LongStream.generate(() -> id).limit(width))
                .toArray();
        return of(deadline, outputs, Tensors.ofLongs("x", new Shape(ids.length, width), elements));
    }

    public static InferenceRequest of(Deadline deadline, List<String> outputs, Tensor... inputs) {
        return new InferenceRequest(
                MODEL, inputs[0].toString(), List.of(inputs), outputs, (int) inputs[0].rows(), deadline);
    }

    /** The same request, sent by that client with that priority. */
    public static InferenceRequest by(String client, int priority, InferenceRequest request) {
        return new InferenceRequest(
                request.model(),
                request.requestId(),
                request.inputs(),
                request.outputs(),
                request.rows(),
                priority,
                client,
                request.deadline(),
                request.cancellation(),
                request.parts());
    }
}

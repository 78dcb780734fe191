package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.util.HashMap;
import java.util.Map;

/**
 * Says of which kind a request is: where axes are ragged, requests of similar lengths are of one kind.
 *
 * @thread owned by the batcher loop
 * @bound one {@link LengthBuckets} for each ragged axis
 */
final class BatchKinds {

    /** So much of what the engine computes for an input may be padding, in the mean. */
    static final double MOST_WASTE = 0.25;

    /** By input, in the order of its ragged axes. */
    private final Map<String, Axis[]> ragged = new HashMap<>();

    private record Axis(int axis, LengthBuckets buckets) {}

    BatchKinds(RaggedAxes axes) {
        axes.inputs().forEach((input, padding) -> {
            // Of what one axis leaves, the next wastes its share again.
            double mostWaste = 1 - Math.pow(1 - MOST_WASTE, 1.0 / padding.axes().size());
            ragged.put(
                    input,
                    padding.axes().stream()
                            .map(axis -> new Axis(axis, new LengthBuckets(mostWaste)))
                            .toArray(Axis[]::new));
        });
    }

    /** The kind of that request, whose lengths are counted. */
    BatchKind of(InferenceRequest request) {
        return ragged.isEmpty() ? BatchKind.of(request) : BatchKind.of(request, this::bucketOf);
    }

    /** The input's shape with the edge of its bucket in place of each ragged length. */
    private Shape bucketOf(Tensor input) {
        Shape shape = input.shape();
        for (Axis each : ragged.getOrDefault(input.name(), new Axis[0])) {
            shape = shape.with(each.axis, each.buckets.edgeFor(shape.dimension(each.axis)));
        }
        return shape;
    }
}

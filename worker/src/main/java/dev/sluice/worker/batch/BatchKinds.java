package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.util.Arrays;
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

    private static final Axis[] NONE = {};

    /** By input, in the order of its ragged axes. */
    private final Map<String, Axis[]> ragged = new HashMap<>();

    private record Axis(int axis, String name, LengthBuckets buckets) {

        long length(Tensor input) {
            return input.shape().dimension(axis);
        }
    }

    BatchKinds(RaggedAxes axes) {
        axes.inputs().forEach((input, padding) -> {
            // Of what one axis leaves, the next wastes its share again.
            double mostWaste = 1 - Math.pow(1 - MOST_WASTE, 1.0 / padding.axes().size());
            Axis[] own = new Axis[padding.axes().size()];
            Arrays.setAll(
                    own,
                    i -> new Axis(padding.axes().get(i), padding.axisNames().get(i), new LengthBuckets(mostWaste)));
            ragged.put(input, own);
        });
    }

    /** The kind of that request, whose lengths are counted. */
    BatchKind of(InferenceRequest request) {
        return ragged.isEmpty() || contradictsItself(request)
                ? BatchKind.of(request)
                : BatchKind.of(request, this::bucketOf);
    }

    /** Padding would hide that lengths differ which must not, and the request would get an answer instead of its error. */
    private boolean contradictsItself(InferenceRequest request) {
        Map<String, Long> lengths = new HashMap<>();
        for (Tensor input : request.inputs()) {
            for (Axis each : axesOf(input)) {
                Long other = each.name.isEmpty() ? null : lengths.put(each.name, each.length(input));
                if (other != null && other != each.length(input)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The input's shape with the edge of its bucket in place of each ragged length. */
    private Shape bucketOf(Tensor input) {
        Shape shape = input.shape();
        for (Axis each : axesOf(input)) {
            shape = shape.with(each.axis, each.buckets.edgeFor(each.length(input)));
        }
        return shape;
    }

    private Axis[] axesOf(Tensor input) {
        return ragged.getOrDefault(input.name(), NONE);
    }
}

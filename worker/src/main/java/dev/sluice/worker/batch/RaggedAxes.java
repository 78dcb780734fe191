package dev.sluice.worker.batch;

import java.util.List;
import java.util.Map;

/**
 * Which axes of a model's inputs may differ among the members of a batch, padded to the longest, and which axes of its
 * outputs are then to be cut back to each member's own length.
 *
 * @param inputs by name; only those with such axes
 * @param outputs by name; only those with axes to be cut
 */
public record RaggedAxes(Map<String, Padding> inputs, Map<String, List<Trim>> outputs) {

    /** No axis: only requests of equal shapes share a batch. */
    public static final RaggedAxes NONE = new RaggedAxes(Map.of(), Map.of());

    public RaggedAxes {
        inputs = Map.copyOf(inputs);
        outputs = Map.copyOf(outputs);
    }

    /**
     * How one input is padded.
     *
     * @param axes beyond the rows
     * @param axisNames what the model calls each of them, or nothing; axes of one name are of one length in a request
     * @param element what padding consists of, as it stands in a tensor; not to be written to
     */
    public record Padding(List<Integer> axes, List<String> axisNames, byte[] element) {}

    /** That axis of an output is as long as that axis of that input. */
    public record Trim(int axis, String input, int inputAxis) {}
}

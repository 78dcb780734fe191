package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.RowsInput;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.repository.TransformConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of tables, held against the inputs that they become.
 *
 * @thread the control thread that loads the model
 * @errors problems by the key that they are about
 */
final class RowsCheck {

    private static final String SECTION = "transform.input.";

    private RowsCheck() {}

    /** What it says; null when that is impossible, and then there are problems. */
    static @Nullable RowsInput read(TransformConfig.Input config, Signature signature, Map<String, String> problems) {
        List<TensorSpec> inputs = signature.inputs();
        boolean together = inputs.size() == 1;
        if (!inputs.stream().allMatch(input -> isOfCells(input, together))) {
            problems.put(
                    SECTION + "kind",
                    "rows become inputs with one element in each, [N] or [N,1], or one input [N,C], of any"
                            + " type but FP16 and BF16; the model has " + inputs);
            return null;
        }
        List<String> columns = config.columns();
        Set<String> seen = new HashSet<>();
        List<String> twice =
                columns.stream().filter(column -> !seen.add(column)).distinct().toList();
        if (!twice.isEmpty()) {
            problems.put(SECTION + "columns", "names " + String.join(" and ", twice) + " more than once");
        }
        long wanted = together ? width(inputs.getFirst()) : inputs.size();
        if (twice.isEmpty() && !columns.isEmpty() && wanted != Shape.VARIABLE && wanted != columns.size()) {
            problems.put(SECTION + "columns", "names " + columns.size() + ", and the model has " + wanted);
        }
        return problems.isEmpty() ? new RowsInput(columns) : null;
    }

    private static boolean isOfCells(TensorSpec input, boolean together) {
        int rank = input.shape().rank();
        boolean half = input.dataType() == DataType.FP16 || input.dataType() == DataType.BF16;
        return !half
                && (rank == 1
                        || (rank == 2 && (together || Math.abs(input.shape().dimension(1)) == 1)));
    }

    private static long width(TensorSpec input) {
        return input.shape().rank() == 1 ? 1 : input.shape().dimension(1);
    }
}

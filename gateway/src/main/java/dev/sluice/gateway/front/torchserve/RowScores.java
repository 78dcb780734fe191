package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.transform.TopClasses;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The likeliest classes of each row of an answer.
 *
 * @thread stateless
 */
public final class RowScores {

    private RowScores() {}

    /** Empty where the model's outputs are not classes, or none of them was asked for. */
    public static Optional<List<TopClasses>> of(InferenceResponse response, Description model) {
        if (!(model.transform().output() instanceof ClassOutput how)) {
            return Optional.empty();
        }
        return response.outputs().stream()
                .filter(output -> output.name().equals(how.output()))
                .findFirst()
                .map(output -> rows(output, how, model));
    }

    private static List<TopClasses> rows(Tensor output, ClassOutput how, Description model) {
        int rows = model.signature().batched() ? (int) output.rows() : 1;
        List<TopClasses> all = new ArrayList<>(rows);
        for (int row = 0; row < rows; row++) {
            int bytes = output.byteCount() / rows;
            Tensor one = rows == 1 ? output : output.view(1, row * bytes, bytes);
            all.add(TopClasses.of(one, how, model.labels()));
        }
        return all;
    }
}

package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.engine.ModelInstance;
import java.util.List;

/**
 * Has a model answer its golden samples before anybody else may ask it.
 *
 * @thread the one that loads the model
 * @errors IllegalStateException that names the sample, the output and the element
 */
final class SelfTest {

    private final ModelInstance model;

    SelfTest(ModelInstance model) {
        this.model = model;
    }

    void run(List<GoldenSample> samples) {
        samples.forEach(this::run);
    }

    private void run(GoldenSample sample) {
        List<String> names = sample.outputs().stream().map(Tensor::name).toList();
        List<Tensor> answers;
        try {
            answers = model.run(sample.inputs(), names);
        } catch (InferenceException refused) {
            throw new IllegalStateException(sample.file() + " does not suit the model: " + refused.error(), refused);
        }
        for (int output = 0; output < names.size(); output++) {
            compare(sample, sample.outputs().get(output), answers.get(output));
        }
    }

    private static void compare(GoldenSample sample, Tensor expected, Tensor answer) {
        String output = sample.file() + ": output " + expected.name();
        if (answer.dataType() != expected.dataType() || !answer.shape().equals(expected.shape())) {
            throw new IllegalStateException(output + " is " + answer + " and should be " + expected);
        }
        List<Object> wanted = ElementMemory.elements(expected);
        List<Object> given = ElementMemory.elements(answer);
        for (int i = 0; i < wanted.size(); i++) {
            if (!isNear(wanted.get(i), given.get(i), sample.tolerance())) {
                throw new IllegalStateException(output + " is " + given.get(i) + " at " + i + " and should be "
                        + wanted.get(i) + " (tolerance " + sample.tolerance() + ")");
            }
        }
    }

    private static boolean isNear(Object wanted, Object given, double tolerance) {
        if (wanted instanceof Double || wanted instanceof Float) {
            double expected = ((Number) wanted).doubleValue();
            double distance = Math.abs(((Number) given).doubleValue() - expected);
            return distance <= tolerance * Math.max(1, Math.abs(expected)); // not so for what is not a number
        }
        return wanted.equals(given);
    }
}

package dev.sluice.worker.repository;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.settings.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml may say of a model that does not say itself what it takes and gives, as a TorchScript archive.
 *
 * @param inputs in the order in which the model takes them, as {@code NAME=TYPE[SHAPE]}
 * @param outputs in the order in which it gives them, in the same form
 */
public record SignatureConfig(
        @Setting("") List<String> inputs, @Setting("") List<String> outputs) {

    private static final String AXIS = "(?:-1|[0-9]{1,9})";
    private static final Pattern TENSOR =
            Pattern.compile("([^=\\s]+)=([A-Z0-9]+)\\[((?:" + AXIS + "(?:," + AXIS + "){0,7})?)]");

    /** What is wrong with one of them. */
    static Optional<String> fault(String text) {
        return spec(text).isPresent()
                ? Optional.empty()
                : Optional.of("is no NAME=TYPE[SHAPE], as in image=FP32[-1,3,224,224], with -1 for an axis of any size,"
                        + " first of all that of rows (got " + text + ")");
    }

    private static Optional<TensorSpec> spec(String text) {
        Matcher form = TENSOR.matcher(text.replace(" ", ""));
        if (!form.matches()) {
            return Optional.empty();
        }
        long[] shape = Stream.of(form.group(3).split(","))
                .filter(axis -> !axis.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
        return Arrays.stream(DataType.values())
                .filter(type -> type.name().equals(form.group(2)))
                .findFirst()
                .map(type -> new TensorSpec(form.group(1), type, new Shape(shape)));
    }

    /** Null if nothing is said. */
    public @Nullable Signature declared() {
        if (inputs.isEmpty() && outputs.isEmpty()) {
            return null;
        }
        List<TensorSpec> in = specs(inputs);
        List<TensorSpec> out = specs(outputs);
        boolean batched = !in.isEmpty()
                && Stream.concat(in.stream(), out.stream())
                        .allMatch(
                                spec -> spec.shape().rank() > 0 && spec.shape().dimension(0) == Shape.VARIABLE);
        return new Signature(in, out, batched);
    }

    private static List<TensorSpec> specs(List<String> texts) {
        return texts.stream().flatMap(text -> spec(text).stream()).toList();
    }
}

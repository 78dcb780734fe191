package dev.sluice.worker;

import dev.sluice.worker.batch.RaggedAxes;
import dev.sluice.worker.batch.RaggedAxes.Padding;
import dev.sluice.worker.batch.RaggedAxes.Trim;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of ragged axes, held against the model's signature.
 *
 * <p>Which output follows which input is known by itself where the model gives both axes one name.
 *
 * @thread the control thread that loads the model
 * @errors SettingsException with file and line for each item that the model contradicts, and for each variable axis of an
 *     output of which nobody says how long it is
 */
final class RaggedConfig {

    private static final Pattern AXIS = Pattern.compile("(.+)\\.(0|[1-9][0-9]{0,2})");

    /** Says that an axis of an output is as long in a padded batch as without. */
    private static final String AS_IT_IS = "none";

    private final Signature signature;
    private final ModelConfig config;
    private final Map<String, TreeSet<Integer>> axes = new HashMap<>();
    private final Map<String, byte[]> elements = new HashMap<>();
    private final Map<Place, Optional<Trim>> declared = new HashMap<>();

    /** An axis of an input or output. */
    private record Place(TensorSpec tensor, int axis) {

        String text() {
            return tensor.name() + "." + axis;
        }

        boolean isVariable() {
            return tensor.shape().dimension(axis) == Shape.VARIABLE;
        }
    }

    private RaggedConfig(Signature signature, ModelConfig config) {
        this.signature = signature;
        this.config = config;
    }

    /** The ragged axes that the file declares, none in most. */
    static RaggedAxes read(Path file, Signature signature) {
        ModelConfig config = ModelConfig.read(file);
        RaggedConfig ragged = new RaggedConfig(signature, config);
        ModelConfig.read(
                file,
                Map.of(
                        "ragged_axes", ragged::readAxis,
                        "pad_values", ragged::readPadValue,
                        "trim", ragged::readTrim));
        return config.raggedAxes().isEmpty() ? RaggedAxes.NONE : ragged.result(file);
    }

    private Optional<String> readAxis(String item) {
        Place place = place(signature.inputs(), item);
        if (place == null) {
            return refused("names no axis of an input", item, "INPUT.AXIS, with an input of " + signature.inputs());
        }
        if (!signature.batched()) {
            return refused("is of no use, for requests to this model share no batches", item, "no such key");
        }
        if (place.axis == 0 || !place.isVariable()) {
            return refused("is no variable axis beyond the rows", item, "one of " + place.tensor);
        }
        if (place.tensor.dataType().isVariableSize()) {
            return refused("is of an input of strings, which cannot be padded", item, "an input of numbers");
        }
        axes.computeIfAbsent(place.tensor.name(), first -> new TreeSet<>()).add(place.axis);
        return Optional.empty();
    }

    private Optional<String> readPadValue(String item) {
        int equals = item.lastIndexOf('=');
        TensorSpec input = equals < 0 ? null : named(signature.inputs(), item.substring(0, equals));
        if (input == null || !isRagged(input)) {
            return refused("is of no ragged input", item, "INPUT=VALUE, with an input of ragged_axes");
        }
        Optional<byte[]> element = PadValue.parse(input.dataType(), item.substring(equals + 1));
        element.ifPresent(bytes -> elements.put(input.name(), bytes));
        return element.isPresent() ? Optional.empty() : refused("is no value of its type", item, "as in " + input);
    }

    private boolean isRagged(TensorSpec input) {
        return IntStream.range(1, input.shape().rank())
                .anyMatch(axis -> config.raggedAxes().contains(new Place(input, axis).text()));
    }

    private Optional<String> readTrim(String item) {
        int equals = item.lastIndexOf('=');
        Place output = equals < 0 ? null : place(signature.outputs(), item.substring(0, equals));
        if (output == null || output.axis == 0 || !output.isVariable()) {
            return refused(
                    "is of no variable axis of an output beyond the rows",
                    item,
                    "OUTPUT.AXIS=INPUT.AXIS, with an output of " + signature.outputs());
        }
        String source = item.substring(equals + 1);
        Place input = place(signature.inputs(), source);
        if (source.equals(AS_IT_IS)) {
            declared.put(output, Optional.empty());
        } else if (input == null || !config.raggedAxes().contains(source)) {
            return refused("follows no ragged axis", item, "one of ragged_axes, or " + AS_IT_IS);
        } else {
            declared.put(output, Optional.of(new Trim(output.axis, input.tensor.name(), input.axis)));
        }
        return Optional.empty();
    }

    private static Optional<String> refused(String problem, String got, String expected) {
        return Optional.of(problem + " (got " + got + "; expected " + expected + ")");
    }

    private RaggedAxes result(Path file) {
        Map<String, Padding> inputs = new HashMap<>();
        axes.forEach((name, own) -> inputs.put(name, padding(name, own)));
        Map<String, List<Trim>> outputs = new HashMap<>();
        List<String> problems = new ArrayList<>();
        for (TensorSpec output : signature.outputs()) {
            List<Trim> trims = new ArrayList<>();
            IntStream.range(1, output.shape().rank())
                    .mapToObj(axis -> new Place(output, axis))
                    .filter(Place::isVariable)
                    .forEach(place -> trim(place, problems).ifPresent(trims::add));
            if (!trims.isEmpty() && output.dataType().isVariableSize()) {
                problems.add("trim: output " + output.name() + " is of strings, which cannot be cut to length");
            }
            if (!trims.isEmpty()) {
                outputs.put(output.name(), trims);
            }
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(
                    problems.stream().map(problem -> file + ": " + problem).toList());
        }
        return new RaggedAxes(inputs, outputs);
    }

    /** With zeros, unless the file says otherwise. */
    private Padding padding(String input, Collection<Integer> own) {
        TensorSpec spec = signature.inputs().get(signature.indexOfInput(input));
        byte[] element = elements.getOrDefault(input, new byte[spec.dataType().elementBytes()]);
        return new Padding(List.copyOf(own), own.stream().map(spec::axisName).toList(), element);
    }

    private Optional<Trim> trim(Place output, List<String> problems) {
        Optional<Trim> known = declared.get(output);
        if (known != null) {
            return known;
        }
        Optional<Trim> byName = axes.entrySet().stream()
                .flatMap(input -> input.getValue().stream()
                        .filter(axis -> haveOneName(output, input.getKey(), axis))
                        .map(axis -> new Trim(output.axis, input.getKey(), axis)))
                .findFirst();
        if (byName.isEmpty()) {
            problems.add("trim: says nothing of " + output.text() + ", which is variable (expected " + output.text()
                    + "=INPUT.AXIS, or " + output.text() + "=" + AS_IT_IS + ")");
        }
        return byName;
    }

    private boolean haveOneName(Place output, String input, int axis) {
        String name = output.tensor.axisName(output.axis);
        TensorSpec source = signature.inputs().get(signature.indexOfInput(input));
        return !name.isEmpty() && name.equals(source.axisName(axis));
    }

    private static @Nullable Place place(List<TensorSpec> tensors, String text) {
        Matcher matcher = AXIS.matcher(text);
        TensorSpec tensor = matcher.matches() ? named(tensors, matcher.group(1)) : null;
        if (tensor == null
                || Integer.parseInt(matcher.group(2)) >= tensor.shape().rank()) {
            return null;
        }
        return new Place(tensor, Integer.parseInt(matcher.group(2)));
    }

    private static @Nullable TensorSpec named(List<TensorSpec> tensors, String name) {
        return tensors.stream()
                .filter(tensor -> tensor.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}

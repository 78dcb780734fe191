package dev.sluice.worker.repository;

import dev.sluice.worker.repository.TextProto.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code ensemble_scheduling} says, in the words of a pipeline: there tensors of the ensemble have names, and here it is
 * said which stage gives them.
 *
 * @thread confined to the caller of {@link TritonConfigReader#read}
 * @source Triton Inference Server, model_config.proto, ModelEnsembling
 */
final class TritonEnsemble {

    private static final String NEWEST = "-1";
    private static final String INPUT = "[^\\s.,()=]+";

    private final TritonConfigReader reader;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable Field scheduling;

    private static final class Step {

        private final Field field;
        private String name = "";
        private String model = "";
        private String version = NEWEST;
        private final Map<String, String> inputs = new LinkedHashMap<>();

        /** By the tensor, the model's output. */
        private final Map<String, String> outputs = new LinkedHashMap<>();

        Step(Field field) {
            this.field = field;
        }
    }

    TritonEnsemble(TritonConfigReader reader) {
        this.reader = reader;
    }

    boolean isSaid() {
        return scheduling != null;
    }

    void scheduling(Field field, String path) {
        scheduling = field;
        reader.inner(field, path, (inner, innerPath) -> {
            if (inner.name().equals("step")) {
                steps.add(new Step(inner));
                reader.inner(inner, innerPath, this::step);
            } else {
                reader.unsupported(innerPath, inner.name());
            }
        });
    }

    private void step(Field field, String path) {
        Step step = steps.getLast();
        switch (field.name()) {
            case "model_name" -> step.model = reader.text(field, path);
            case "model_version" -> step.version = Long.toString(reader.number(field, path));
            case "input_map" -> entry(field, path, step.inputs, false);
            case "output_map" -> entry(field, path, step.outputs, true);
            default -> reader.unsupported(path, field.name());
        }
    }

    private void entry(Field field, String path, Map<String, String> map, boolean byValue) {
        Map<String, String> entry = new LinkedHashMap<>();
        reader.inner(field, path, (inner, innerPath) -> entry.put(inner.name(), reader.text(inner, innerPath)));
        String key = entry.getOrDefault("key", "");
        String value = entry.getOrDefault("value", "");
        if (map.putIfAbsent(byValue ? value : key, byValue ? key : value) != null) {
            reader.refuse(field, path, "stands there twice (" + (byValue ? value : key) + ")");
        }
    }

    /**
     * Says it as a model.yaml would.
     *
     * @param inputs names of what clients send
     * @param outputs names of what they get
     */
    void assign(List<String> inputs, List<String> outputs) {
        Field where = scheduling;
        if (where == null) {
            return;
        }
        inputs.stream()
                .filter(input -> !input.matches(INPUT))
                .forEach(input -> reader.refuse(
                        where,
                        where.name(),
                        "has the input " + input
                                + ", and no input of a pipeline has a dot, comma, bracket, = or space"));
        nameSteps(inputs);
        Map<String, String> sources = new LinkedHashMap<>();
        inputs.forEach(input -> sources.put(input, input));
        for (Step step : steps) {
            step.outputs.forEach((tensor, output) -> {
                if (sources.putIfAbsent(tensor, step.name + "." + output) != null) {
                    reader.refuse(step.field, where.name() + ".step", "gives " + tensor + ", which there is already");
                }
            });
        }
        reader.assign(where, where.name(), "pipeline.stages", list(stages(sources)));
        List<String> results = new ArrayList<>();
        for (String output : outputs) {
            String source = sources.get(output);
            if (source == null) {
                reader.refuse(where, where.name(), "has no step that gives the output " + output);
            } else {
                results.add(output + "=" + source);
            }
        }
        reader.assign(where, where.name(), "pipeline.outputs", list(results));
    }

    /**
     * After their models, as far as those are words.
     *
     * @param inputs whose names would be taken for those of stages
     */
    private void nameSteps(List<String> inputs) {
        Set<String> names = new HashSet<>(inputs);
        for (Step step : steps) {
            String word = "s_" + step.model.replaceAll("[^A-Za-z0-9_-]", "_");
            String name = step.model.matches("[A-Za-z][A-Za-z0-9_-]{0,50}") ? step.model : word;
            step.name = name;
            for (int next = 2; !names.add(step.name); next++) {
                step.name = name + "_" + next;
            }
        }
    }

    private List<String> stages(Map<String, String> sources) {
        List<String> lines = new ArrayList<>();
        for (Step step : steps) {
            List<String> fed = new ArrayList<>();
            step.inputs.forEach((input, tensor) -> {
                String source = sources.get(tensor);
                if (source == null) {
                    reader.refuse(
                            step.field,
                            "ensemble_scheduling.step",
                            "takes " + tensor + ", which neither clients nor other steps give");
                } else {
                    fed.add(input + "=" + source);
                }
            });
            String version = step.version.equals(NEWEST) ? "" : "/" + step.version;
            lines.add(step.name + " = " + step.model + version + "(" + String.join(", ", fed) + ")");
        }
        return lines;
    }

    /** As YAML, for the lines have commas in them. */
    private static String list(List<String> lines) {
        return lines.stream()
                .map(line -> "'" + line.replace("'", "''") + "'")
                .toList()
                .toString();
    }
}

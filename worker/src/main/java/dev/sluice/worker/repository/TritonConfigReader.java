package dev.sluice.worker.repository;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.repository.TextProto.Field;
import dev.sluice.worker.repository.TextProto.Message;
import dev.sluice.worker.repository.TextProto.Scalar;
import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the fields of a {@code config.pbtxt} once, and takes from each what it means here.
 *
 * <p>What changes nothing here is named and not refused, for a file that serves with Triton is to serve as it is. What
 * says another thing than the model or its place is refused.
 *
 * @thread confined to the caller of {@link #read}
 * @errors SettingsException with each problem's line and field
 */
final class TritonConfigReader {

    /** What else to do, where there is something. */
    private static final Map<String, String> INSTEAD = Map.of(
            "model_warmup", "it is warmed up by itself, and tested by golden samples",
            "default_priority_level", "it is 3 of 4",
            "priority_levels", "there are 4",
            "default_timeout_microseconds", "admission.request_timeout is for all models",
            "label_filename", "labels in model.yaml",
            "allow_ragged_batch", "ragged_axes in model.yaml",
            "KIND_GPU", "on which one, gpus says, or device in model.yaml");

    private static final String TORCH_PLATFORM = "pytorch_libtorch";
    private static final String TORCH_BACKEND = "pytorch";
    private static final Pattern PLACE = Pattern.compile(".*__([0-9]{1,9})");
    private static final long PRIORITIES = 4;
    private static final long PRIORITY = 3;

    private final Path file;
    private final List<Assignment> settings = new ArrayList<>();
    private final List<TritonConfig.Kind> kinds = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private final Set<String> unsupported = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> preferred = new ArrayList<>();
    private final TritonEnsemble ensemble = new TritonEnsemble(this);
    private final TritonInstances instances = new TritonInstances(this);
    private boolean ofTorch;
    private long maxBatchSize;

    /** An input or output; {@code name} and {@code dims} are null until they have been read. */
    private static final class Tensor {

        private final Field field;
        private final boolean input;
        private @Nullable String name;
        private @Nullable DataType type;
        private @Nullable List<Long> dims;
        private boolean reshaped;

        Tensor(Field field) {
            this.field = field;
            this.input = field.name().equals("input");
        }
    }

    TritonConfigReader(Path file) {
        this.file = file;
    }

    TritonConfig read(String text) {
        List<Field> fields = TextProto.parse(file.toString(), text).fields();
        fields.stream()
                .filter(field -> field.name().equals("ensemble_scheduling"))
                .forEach(field -> ensemble.scheduling(field, field.name()));
        fields.forEach(field -> model(field, field.name()));
        ensemble.assign(names(true), names(false));
        instances.assign("instance_group");
        if (ofTorch) {
            declare();
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return new TritonConfig(
                settings, kinds, tensors.stream().map(this::claim).toList(), List.copyOf(unsupported));
    }

    private List<String> names(boolean ofInputs) {
        return tensors.stream()
                .filter(tensor -> tensor.input == ofInputs)
                .map(tensor -> String.valueOf(tensor.name))
                .toList();
    }

    private void model(Field field, String path) {
        switch (field.name()) {
            case "ensemble_scheduling" -> {} // read before, for what else is said depends on it
            case "name" -> mustBe(field, path, folder());
            case "platform" -> {
                if (ensemble.isSaid()) {
                    mustBe(field, path, "ensemble");
                } else {
                    mustBe(field, path, "onnxruntime_onnx", TORCH_PLATFORM, "tensorflow_savedmodel");
                    mustGoWithFile(field, path);
                }
                ofTorch |= text(field, path).equals(TORCH_PLATFORM);
            }
            case "backend" -> {
                mustBe(field, path, "onnxruntime", TORCH_BACKEND, "tensorflow");
                mustGoWithFile(field, path);
                ofTorch |= text(field, path).equals(TORCH_BACKEND);
            }
            case "default_model_filename" -> {
                mustBe(field, path, ModelFolder.MODEL_FILES.toArray(String[]::new));
                mustGoWithFile(field, path);
            }
            case "max_batch_size" -> maxBatchSize(field, path);
            case "input", "output" -> {
                tensors.add(new Tensor(field));
                inner(field, path, this::tensor);
            }
            case "instance_group" -> instances.group(field, path);
            case "dynamic_batching" -> inner(field, path, this::batching);
            case "version_policy" -> inner(field, path, this::versions);
            case "parameters" -> parameter(field, path);
            default -> unsupported(path, field.name());
        }
    }

    private void maxBatchSize(Field field, String path) {
        maxBatchSize = number(field, path);
        if (maxBatchSize == 0) {
            assign(field, path, "batching", "off");
        } else {
            assign(field, path, "max_batch_rows", text(field, path));
        }
    }

    private void tensor(Field field, String path) {
        Tensor tensor = tensors.getLast();
        switch (field.name()) {
            case "name" -> tensor.name = text(field, path);
            case "data_type" -> tensor.type = type(field, path);
            case "dims" -> {
                tensor.dims = tensor.dims == null ? new ArrayList<>() : tensor.dims;
                tensor.dims.add(dimension(field, path));
            }
            case "format" -> unlessIt(field, path, "FORMAT_NONE");
            case "reshape" -> {
                tensor.reshaped = true;
                unsupported(path, field.name());
            }
            default -> unlessIt(field, path, "false");
        }
    }

    private long dimension(Field field, String path) {
        long size = number(field, path);
        if (size < Shape.VARIABLE) {
            refuse(field, path, "is no size (got " + size + ")");
        }
        return size;
    }

    private @Nullable DataType type(Field field, String path) {
        String word = text(field, path);
        for (DataType type : DataType.values()) {
            String name = type == DataType.BYTES ? "STRING" : type.name();
            if (word.equals("TYPE_" + name)) {
                return type;
            }
        }
        refuse(field, path, "is unknown (got " + word + ")");
        return null;
    }

    private TritonConfig.Claim claim(Tensor tensor) {
        String name = String.valueOf(tensor.name);
        List<Long> dims = tensor.reshaped ? null : tensor.dims;
        Shape shape = dims == null
                ? null
                : new Shape(dims.stream().mapToLong(Long::longValue).toArray());
        return new TritonConfig.Claim(
                place(tensor.field, tensor.field.name() + " " + name),
                tensor.input,
                name,
                maxBatchSize > 0,
                tensor.type,
                shape);
    }

    private void batching(Field field, String path) {
        switch (field.name()) {
            case "preferred_batch_size" -> {
                preferred.add(text(field, path));
                assign(field, path, "preferred_batch_sizes", String.join(",", preferred));
            }
            case "max_queue_delay_microseconds" -> assign(field, path, "max_queue_delay", number(field, path) + "us");
            case "preserve_ordering" -> assign(field, path, "preserve_ordering", text(field, path));
            case "default_queue_policy" -> inner(field, path, this::queue);
            case "priority_levels" -> unsupportedIf(number(field, path) > PRIORITIES, path, field);
            case "default_priority_level" -> unsupportedIf(number(field, path) != PRIORITY, path, field);
            default -> unsupported(path, field.name());
        }
    }

    private void queue(Field field, String path) {
        switch (field.name()) {
            case "max_queue_size" -> {
                if (number(field, path) > 0) { // 0 is without bound with Triton, and nothing is so here
                    assign(field, path, "max_queue_requests", text(field, path));
                }
            }
            case "timeout_action" -> unlessIt(field, path, "REJECT");
            case "default_timeout_microseconds" -> unlessIt(field, path, "0");
            case "allow_timeout_override" -> {} // a client may always say how long it waits
            default -> unsupported(path, field.name());
        }
    }

    private void versions(Field field, String path) {
        List<String> numbers = new ArrayList<>();
        inner(field, path, (inner, innerPath) -> numbers.add(text(inner, innerPath)));
        switch (field.name()) {
            case "latest" ->
                assign(field, path, "versions", numbers.isEmpty() ? "latest" : "latest " + numbers.getLast());
            case "all" -> assign(field, path, "versions", "all");
            case "specific" -> assign(field, path, "versions", String.join(",", numbers));
            default -> unsupported(path, field.name());
        }
    }

    /** Of the engine's own parameters, one has another name here. */
    private void parameter(Field field, String path) {
        List<String> said = new ArrayList<>();
        inner(field, path, (inner, innerPath) -> {
            if (inner.value() instanceof Message) {
                inner(inner, innerPath, (value, valuePath) -> said.add(text(value, valuePath)));
            } else {
                said.addFirst(text(inner, innerPath));
            }
        });
        String key = said.isEmpty() ? "" : said.getFirst();
        if (key.equals("intra_op_thread_count") && said.size() > 1) {
            assign(field, path + "." + key, "intra_op_threads", said.getLast());
        } else {
            unsupported(path + "." + key, key);
        }
    }

    void inner(Field field, String path, BiConsumer<Field, String> taking) {
        if (field.value() instanceof Message(List<Field> fields)) {
            fields.forEach(inner -> taking.accept(inner, path + "." + inner.name()));
        } else {
            refuse(field, path, "is a single value (expected a section)");
        }
    }

    String text(Field field, String path) {
        if (field.value() instanceof Scalar(String text)) {
            return text;
        }
        refuse(field, path, "is a section (expected a single value)");
        return "";
    }

    long number(Field field, String path) {
        String text = text(field, path);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            refuse(field, path, "is not a whole number (got " + text + ")");
            return 1;
        }
    }

    /** What is empty says nothing. */
    private void mustBe(Field field, String path, String... expected) {
        String text = text(field, path);
        if (!text.isEmpty() && !List.of(expected).contains(text)) {
            refuse(
                    field,
                    path,
                    "does not go with what is served here (got " + text + "; expected " + String.join(" or ", expected)
                            + ")");
        }
    }

    /** Which file a version has is known when it is loaded. */
    private void mustGoWithFile(Field field, String path) {
        String said = text(field, path);
        if (!said.isEmpty()) {
            kinds.add(new TritonConfig.Kind(place(field, path), said));
        }
    }

    /** TorchScript says neither names nor shapes, so Triton's users declare them here; {@code INPUT__0} says a place. */
    private void declare() {
        if (maxBatchSize == 0 && !tensors.isEmpty()) { // an axis of any size need not count rows
            assign(tensors.getFirst().field, "max_batch_size", "batching", "off");
        }
        for (String kind : List.of("input", "output")) {
            List<Tensor> declared = tensors.stream()
                    .filter(tensor -> tensor.field.name().equals(kind) && tensor.type != null && tensor.dims != null)
                    .sorted(Comparator.comparingLong(TritonConfigReader::position))
                    .toList();
            if (!declared.isEmpty()) {
                String texts = declared.stream()
                        .map(tensor -> "\"" + inModelYaml(tensor) + "\"")
                        .collect(Collectors.joining(",", "[", "]"));
                assign(declared.getFirst().field, kind, "signature." + kind + "s", texts);
            }
        }
    }

    private static long position(Tensor tensor) {
        Matcher form = PLACE.matcher(String.valueOf(tensor.name));
        return form.matches() ? Long.parseLong(form.group(1)) : 0;
    }

    private String inModelYaml(Tensor tensor) {
        List<Long> shape = new ArrayList<>(Objects.requireNonNull(tensor.dims));
        if (maxBatchSize > 0) {
            shape.addFirst(Shape.VARIABLE);
        }
        return tensor.name + "=" + tensor.type + shape;
    }

    private void unlessIt(Field field, String path, String means) {
        boolean same = field.value() instanceof Scalar(String text) && text.equals(means);
        unsupportedIf(!same, path, field);
    }

    private void unsupportedIf(boolean so, String path, Field field) {
        if (so) {
            unsupported(path, field.name());
        }
    }

    void unsupported(String path, String word) {
        String instead = INSTEAD.get(word);
        unsupported.add(instead == null ? path : path + " (" + instead + ")");
    }

    void assign(Field field, String path, String setting, String text) {
        settings.add(new Assignment(place(field, path), setting, text));
    }

    void refuse(Field field, String path, String problem) {
        problems.add(place(field, path) + ": " + problem);
    }

    private String place(Field field, String path) {
        return file + ":" + field.line() + ": " + path;
    }

    private String folder() {
        Path folder = file.toAbsolutePath().normalize().getParent();
        return folder == null ? "" : folder.getFileName().toString();
    }
}

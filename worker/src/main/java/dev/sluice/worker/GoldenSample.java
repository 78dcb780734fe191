package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A request and what a model is to answer to it, as somebody has written them down beside the model:
 * {@code <version>/golden/*.json}, with {@code inputs} as in a V2 request, {@code outputs} as in a V2 response, and
 * perhaps a {@code tolerance}.
 *
 * @param file by which it is named in errors
 * @param outputs in the datatype that the file says
 * @param tolerance how far a number may lie from what is expected, as a part of that or of 1, whichever is larger
 * @thread immutable
 * @source JSON is read by the parser of YAML, of which it is a part
 */
record GoldenSample(String file, List<Tensor> inputs, List<Tensor> outputs, double tolerance) {

    private static final double TOLERANCE = 1e-3;
    private static final int MOST_CHARACTERS = 64 << 20;

    /**
     * Those of a version, in the order of their names; none if there is no such folder.
     *
     * @throws IllegalArgumentException when one cannot be understood, with a message for people
     */
    static List<GoldenSample> of(Path modelFile) throws IOException {
        Path folder = modelFile.resolveSibling("golden");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<GoldenSample> samples = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                if (file.toString().endsWith(".json")) {
                    samples.add(read(file));
                }
            }
        }
        return samples;
    }

    private static GoldenSample read(Path file) throws IOException {
        String name = "golden/" + file.getFileName();
        try {
            LoadSettings settings =
                    LoadSettings.builder().setCodePointLimit(MOST_CHARACTERS).build();
            Map<?, ?> sample = map(new Load(settings).loadFromString(Files.readString(file)), "the file");
            Object tolerance = sample.get("tolerance");
            return new GoldenSample(
                    name,
                    tensors(sample.get("inputs"), "inputs"),
                    tensors(sample.get("outputs"), "outputs"),
                    tolerance == null
                            ? TOLERANCE
                            : number(tolerance, "tolerance").doubleValue());
        } catch (YamlEngineException | IllegalArgumentException malformed) {
            throw new IllegalArgumentException(name + " cannot be understood: " + malformed.getMessage(), malformed);
        }
    }

    private static List<Tensor> tensors(@Nullable Object list, String where) {
        List<Tensor> tensors = new ArrayList<>();
        for (Object tensor : list(list, where)) {
            tensors.add(tensor(map(tensor, where)));
        }
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException(where + " is empty");
        }
        return tensors;
    }

    private static Tensor tensor(Map<?, ?> tensor) {
        String name = String.valueOf(tensor.get("name"));
        DataType type = dataType(tensor.get("datatype"), name);
        long[] shape = list(tensor.get("shape"), "the shape of " + name).stream()
                .mapToLong(size -> number(size, "the shape of " + name).longValue())
                .toArray();
        List<Object> elements = new ArrayList<>();
        flatten(list(tensor.get("data"), "the data of " + name), elements);
        Shape of = new Shape(shape);
        if (elements.size() != of.elementCount()) {
            throw new IllegalArgumentException(
                    "the data of " + name + " has " + elements.size() + " elements, its shape " + of.elementCount());
        }
        return new Tensor(name, type, of, ElementMemory.of(type, elements, name));
    }

    private static DataType dataType(@Nullable Object word, String name) {
        for (DataType type : DataType.values()) {
            if (type.name().equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException("the datatype of " + name + " is unknown: " + word);
    }

    private static void flatten(List<?> data, List<Object> elements) {
        for (Object item : data) {
            if (item instanceof List<?> inner) {
                flatten(inner, elements);
            } else {
                elements.add(item == null ? "null" : item);
            }
        }
    }

    private static Map<?, ?> map(@Nullable Object value, String where) {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IllegalArgumentException(where + " is no object");
    }

    private static List<?> list(@Nullable Object value, String where) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException(where + " is no array");
    }

    private static Number number(@Nullable Object value, String where) {
        if (value instanceof Number number) {
            return number;
        }
        throw new IllegalArgumentException(where + " is no number");
    }
}

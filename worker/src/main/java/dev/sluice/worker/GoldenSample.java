package dev.sluice.worker;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request and what a model is to answer to it, as somebody has written them down beside the model:
 * {@code <version>/golden/*.json}, with {@code inputs} as in a V2 request, {@code outputs} as in a V2 response, and
 * perhaps a {@code tolerance}.
 *
 * @param file by which it is named in errors
 * @param outputs in the datatype that the file says
 * @param tolerance how far a number may lie from what is expected, as a part of that or of 1, whichever is larger
 * @thread immutable
 * @bound {@value #MOST_BYTES} bytes for a file, and as many levels as the parser takes
 */
record GoldenSample(String file, List<Tensor> inputs, List<Tensor> outputs, double tolerance) {

    private static final double TOLERANCE = 1e-3;
    static final int MOST_BYTES = 16 << 20;

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
            Map<?, ?> sample = sample(Json.decodeValue(bytes(file)));
            return new GoldenSample(
                    name,
                    tensors(sample.get("inputs"), "inputs"),
                    tensors(sample.get("outputs"), "outputs"),
                    tolerance(sample.get("tolerance")));
        } catch (DecodeException | IllegalArgumentException malformed) {
            throw new IllegalArgumentException(name + " cannot be understood: " + malformed.getMessage(), malformed);
        }
    }

    private static Map<?, ?> sample(@Nullable Object content) {
        if (content instanceof JsonObject sample) {
            return sample.getMap();
        }
        throw new IllegalArgumentException("the file is no object");
    }

    private static Buffer bytes(Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            byte[] bytes = content.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException("it has more than " + (MOST_BYTES >> 20) + " MiB");
            }
            return Buffer.buffer(bytes);
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
                .mapToLong(size -> size(size, name))
                .toArray();
        List<@Nullable Object> elements = new ArrayList<>();
        flatten(list(tensor.get("data"), "the data of " + name), elements);
        Shape of = new Shape(shape);
        if (elements.size() != of.elementCount()) {
            throw new IllegalArgumentException(
                    "the data of " + name + " has " + elements.size() + " elements, its shape " + of.elementCount());
        }
        return new Tensor(name, type, of, ElementMemory.of(type, elements, name));
    }

    private static long size(Object size, String name) {
        if (size instanceof Integer || size instanceof Long) {
            return ((Number) size).longValue();
        }
        throw new IllegalArgumentException("the shape of " + name + " has " + size + ", which is no size");
    }

    private static DataType dataType(@Nullable Object word, String name) {
        for (DataType type : DataType.values()) {
            if (type.name().equals(word)) {
                return type;
            }
        }
        throw new IllegalArgumentException("the datatype of " + name + " is unknown: " + word);
    }

    /** No deeper than the parser has gone. */
    private static void flatten(List<?> data, List<@Nullable Object> elements) {
        for (Object item : data) {
            if (item instanceof List<?> inner) {
                flatten(inner, elements);
            } else {
                elements.add(item);
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

    /** With an infinite one everything would be near enough, and with a negative one nothing. */
    private static double tolerance(@Nullable Object value) {
        if (value == null) {
            return TOLERANCE;
        }
        double tolerance = value instanceof Number number ? number.doubleValue() : Double.NaN;
        if (tolerance >= 0 && Double.isFinite(tolerance)) {
            return tolerance;
        }
        throw new IllegalArgumentException("tolerance is no finite number from 0 on (got " + value + ")");
    }
}

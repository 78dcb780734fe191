package dev.sluice.worker;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.repository.ModelFolder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the outputs of a version are to look like, as an operator has had it kept: {@code <version>/baseline.json}.
 *
 * @thread one that may wait
 * @bound {@value #MOST_BYTES} bytes
 * @errors IllegalArgumentException when it cannot be understood, with a message for people
 */
final class BaselineFile {

    static final String NAME = "baseline.json";
    private static final int MOST_BYTES = 4 << 20;

    private BaselineFile() {}

    /** That of a version; nothing where there is no such file. */
    static List<OutputSample> of(Path modelFile) throws IOException {
        Path file = modelFile.resolveSibling(NAME);
        return Files.exists(file) ? read(file) : List.of();
    }

    private static List<OutputSample> read(Path file) throws IOException {
        try (InputStream content = Files.newInputStream(file)) {
            byte[] bytes = content.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IllegalArgumentException(NAME + " has more than " + (MOST_BYTES >> 20) + " MiB");
            }
            List<OutputSample> outputs = new ArrayList<>();
            for (Object output : list(new JsonObject(Buffer.buffer(bytes)).getValue("outputs"), "outputs")) {
                if (!(output instanceof JsonObject members)) {
                    throw new IllegalArgumentException(NAME + " has " + output + " among its outputs");
                }
                outputs.add(sample(members));
            }
            return outputs;
        } catch (DecodeException malformed) {
            throw new IllegalArgumentException(NAME + " cannot be understood: " + malformed.getMessage(), malformed);
        }
    }

    private static OutputSample sample(JsonObject output) {
        if (!(output.getValue("name") instanceof String name)) {
            throw new IllegalArgumentException(NAME + " has an output without a name");
        }
        double[] counts = numbers(output.getValue("classes"), name, 0, Integer.MAX_VALUE);
        int[] classes = new int[counts.length];
        Arrays.setAll(classes, i -> (int) counts[i]);
        double[] numbers = numbers(output.getValue("values"), name, -Float.MAX_VALUE, Float.MAX_VALUE);
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers[i];
        }
        int notFinite = output.getValue("not_finite") instanceof Integer count ? Math.max(0, count) : 0;
        return new OutputSample(name, classes, values, notFinite);
    }

    private static double[] numbers(@Nullable Object written, String output, double least, double most) {
        return list(written, output).stream()
                .mapToDouble(item -> {
                    double number = item instanceof Number some ? some.doubleValue() : Double.NaN;
                    if (!(number >= least && number <= most)) {
                        throw new IllegalArgumentException(NAME + " has " + item + " for " + output);
                    }
                    return number;
                })
                .toArray();
    }

    private static List<?> list(@Nullable Object written, String what) {
        if (written instanceof JsonArray list) {
            return list.stream().toList();
        }
        throw new IllegalArgumentException(NAME + " has no list for " + what);
    }

    /** Does what an operator wants. */
    static Outcome keep(ModelFolder folder, ModelCommand.KeepBaseline said) {
        long version = said.version();
        if (!folder.versions().containsKey(version)) {
            return refused(new InferenceError.UnknownModel("model " + InferenceException.quoted(folder.name())
                    + " has no version " + version + "; it has "
                    + folder.versions().keySet()));
        }
        if (!folder.liesHere(version)) {
            return refused(new InferenceError.InvalidRequest(
                    "version", "version " + version + " does not lie in the repository: nothing can lie beside it"));
        }
        return keep(folder.location(version).modelFile(), said.outputs());
    }

    static Outcome keep(Path modelFile, List<OutputSample> outputs) {
        try {
            write(modelFile, outputs);
            return new Outcome(null, "kept in " + NAME + ", beside the model");
        } catch (IOException failure) {
            return refused(
                    new InferenceError.InvalidRequest("model", NAME + " cannot be written beside it: " + why(failure)));
        }
    }

    private static Outcome refused(InferenceError why) {
        return new Outcome(why, "");
    }

    private static String why(IOException failure) {
        return failure instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : failure.getClass().getSimpleName();
    }

    /** Whole or not at all. */
    private static void write(Path modelFile, List<OutputSample> outputs) throws IOException {
        Path part = modelFile.resolveSibling(NAME + ".part");
        Files.write(part, text(outputs).getBytes());
        Files.move(part, modelFile.resolveSibling(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Buffer text(List<OutputSample> outputs) {
        JsonArray written = new JsonArray();
        for (OutputSample output : outputs) {
            JsonArray classes = new JsonArray();
            for (int count : output.classes()) {
                classes.add(count);
            }
            JsonArray values = new JsonArray();
            for (float value : output.values()) {
                values.add(value);
            }
            written.add(new JsonObject()
                    .put("name", output.output())
                    .put("classes", classes)
                    .put("values", values)
                    .put("not_finite", output.notFinite()));
        }
        return Json.encodeToBuffer(new JsonObject().put("outputs", written));
    }
}

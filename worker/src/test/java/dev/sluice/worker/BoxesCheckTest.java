package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Box;
import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Kept;
import dev.sluice.worker.contract.BoxesOutput.Places;
import dev.sluice.worker.contract.BoxesOutput.Scores;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoxesCheckTest {

    private static final List<TensorSpec> OUTPUTS = List.of(
            new TensorSpec("all", DataType.FP32, new Shape(-1, 7, 8400)),
            new TensorSpec("boxes", DataType.FP16, new Shape(-1, 100, 4)),
            new TensorSpec("scores", DataType.FP32, new Shape(-1, 100, 3)),
            new TensorSpec("score", DataType.FP32, new Shape(-1, 100)),
            new TensorSpec("class", DataType.INT64, new Shape(-1, 100)),
            new TensorSpec("count", DataType.INT32, new Shape(-1, 1)),
            new TensorSpec("words", DataType.BYTES, new Shape(-1, 100)),
            new TensorSpec("flat", DataType.FP32, new Shape(-1, 4)));

    @TempDir
    private Path root;

    private DeclaredTransform read(String keys) throws IOException {
        Path yaml =
                Files.writeString(root.resolve("model.yaml"), "transform:\n  output: {kind: boxes, " + keys + "}\n");
        Files.createDirectories(root.resolve("1"));
        Files.writeString(root.resolve("labels.txt"), "cat\ndog\nfox\n");
        ModelLocation location =
                new ModelLocation(new ModelId("m", 1), root.resolve("1/model.onnx"), yaml, Fingerprint.NONE);
        TensorSpec input = new TensorSpec("x", DataType.FP32, new Shape(-1, 3, 640, 640));
        return DeclaredTransform.read(location, new Signature(List.of(input), OUTPUTS, true), Plugins.NONE);
    }

    @Test
    void readsWhatYoloGives() throws IOException {
        DeclaredTransform declared = read("name: all, boxes_last: true, corners: cxcywh, labels: labels.txt");
        assertEquals(
                new BoxesOutput(
                        new Places("all", "", "", "", true),
                        new Box(Corners.CXCYWH, Units.PIXELS),
                        new Scores(Form.PER_CLASS, Activation.NONE, -1),
                        new Kept(0.25, 0.45, Suppression.PER_CLASS, 100)),
                declared.values().output());
        assertEquals(List.of("cat", "dog", "fox"), declared.fileLabels());
    }

    @Test
    void readsWhatTheModelHasChosen() throws IOException {
        assertEquals(
                new BoxesOutput(
                        new Places("boxes", "score", "class", "count", false),
                        new Box(Corners.YXYX, Units.FRACTIONS),
                        new Scores(Form.CHOSEN, Activation.SIGMOID, 0),
                        new Kept(0.5, 0.7, Suppression.NONE, 7)),
                read("name: boxes, scores: score, classes: class, count: count, form: chosen, corners: yxyx,"
                                + " units: fractions, activation: sigmoid, background: 0, score_threshold: 0.5,"
                                + " iou_threshold: 0.7, max_boxes: 7")
                        .values()
                        .output());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: none | transform.output.name: must be one of the model's outputs",
                "max_boxes: 5 | transform.output.name: must be one of the model's outputs",
                "name: class | transform.output.kind: is made of FP32, FP16 or FP64",
                "name: all | transform.output.labels: the file has 3 lines, and the output counts 8396 classes",
                "name: boxes | transform.output.name: boxes [-1,100,4]: a box has 4 numbers, and more than 4",
                "name: boxes, scores: none | transform.output.scores: must be one of the model's outputs",
                "name: boxes, scores: class | transform.output.scores: must be one of the model's outputs, and numbers",
                "name: boxes, scores: all | transform.output.name: all [-1,7,8400]: expected scores of -1 x 100 boxes",
                "name: boxes, scores: scores, background: 3 | class 3 cannot be the background of 3 classes",
                "name: boxes, scores: score, form: chosen | transform.output.classes: is for form: chosen",
                "name: boxes, scores: scores, classes: class | transform.output.classes: is for form: chosen",
                "name: boxes, scores: score, form: chosen, classes: words | transform.output.classes: must be one of",
                "name: boxes, scores: scores, count: words | transform.output.count: must be one of",
                "name: all, form: objectness, activation: softmax | transform.output.activation: softmax is for",
                "name: flat, scores: score | transform.output.name: the model is batched, so each row must have boxes",
                "name: all, threshold: 0.5 | transform.output.threshold: is for kind: sigmoid",
                "name: all, max_boxes: 0 | transform.output.max_boxes"
            })
    void whatTheModelContradictsFailsIt(String keys, String problem) {
        String labels = keys.equals("name: all") ? ", labels: labels.txt" : "";
        String said = String.valueOf(
                assertThrows(SettingsException.class, () -> read(keys + labels)).getMessage());
        assertTrue(said.contains(problem), said);
    }
}

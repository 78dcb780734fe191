package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.AudioInput.Kind;
import dev.sluice.worker.contract.AudioInput.Length;
import dev.sluice.worker.contract.AudioInput.Normalize;
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
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AudioCheckTest {

    private static final String RATE = ", rate: 16000";

    @TempDir
    private Path root;

    private static TensorSpec floats(String name, long... shape) {
        return new TensorSpec(name, DataType.FP32, new Shape(shape));
    }

    private static TensorSpec counts(String name, long... shape) {
        return new TensorSpec(name, DataType.INT64, new Shape(shape));
    }

    private AudioInput read(boolean batched, String keys, TensorSpec... inputs) throws IOException {
        Path yaml = Files.writeString(root.resolve("model.yaml"), "transform:\n  input: {kind: audio" + keys + "}\n");
        ModelLocation location =
                new ModelLocation(new ModelId("m", 1), root.resolve("model.onnx"), yaml, Fingerprint.NONE);
        Signature signature = new Signature(List.of(inputs), List.of(floats("scores", -1, 2)), batched);
        return (AudioInput) Objects.requireNonNull(DeclaredTransform.read(location, signature, Plugins.NONE)
                .values()
                .input());
    }

    private void assertRefused(String problem, String keys, TensorSpec... inputs) {
        String said = String.valueOf(assertThrows(SettingsException.class, () -> read(true, keys, inputs))
                .getMessage());
        assertTrue(said.contains("transform.input." + problem), said);
    }

    @Test
    void whatIsNotSaidIsWhatIsUsual() throws IOException {
        AudioInput audio = read(true, RATE, floats("x", -1, -1));
        assertEquals(16000, audio.rate());
        assertEquals(AudioInput.MEAN, audio.channel());
        assertEquals(30, audio.maxSeconds());
        assertEquals(new Length(0, 1, true, false, true), audio.length());
        assertEquals(new AudioInput.Values(Normalize.NONE, 1), audio.values());
    }

    @Test
    void whatIsSaidHolds() throws IOException {
        AudioInput audio = read(
                true,
                RATE
                        + ", channel: 1, max_seconds: 5, min_samples: 400, pad: false, pad_side: left, truncate: false,"
                        + " normalize: peak, scale: 32768",
                floats("x", -1, 16000));
        assertEquals(1, audio.channel());
        assertEquals(5, audio.maxSeconds());
        assertEquals(new Length(16000, 400, false, true, false), audio.length());
        assertEquals(new AudioInput.Values(Normalize.PEAK, 32768), audio.values());
    }

    @Test
    void inputsAreFoundByTheirTypesAndUsualNames() throws IOException {
        AudioInput audio =
                read(true, RATE, counts("lengths", -1), counts("attention_mask", -1, -1), floats("anything", -1, -1));
        assertEquals(
                List.of(Kind.SIGNAL, Kind.MASK, Kind.LENGTH),
                audio.columns().stream().map(AudioInput.Column::kind).toList());
        AudioInput named = read(
                true,
                RATE + ", signal: b, mask: m, lengths: n",
                floats("b", -1, -1),
                counts("m", -1, -1),
                counts("n", -1, 1));
        assertEquals(3, named.columns().size());
    }

    @Test
    void aRowMayHaveOnesAroundItsSamples() throws IOException {
        assertEquals(new Shape(1, 1, 8), shape(true, floats("x", -1, 1, 8)));
        assertEquals(new Shape(1, 8), shape(false, floats("x", 1, -1)));
        assertEquals(new Shape(8), shape(false, floats("x", -1)));
    }

    private Shape shape(boolean batched, TensorSpec input) throws IOException {
        return read(batched, RATE, input).columns().getFirst().shape(8);
    }

    @Test
    void aLongRowMakesMoreSecondsUsual() throws IOException {
        assertEquals(60, read(true, RATE, floats("x", -1, 60 * 16000 - 1)).maxSeconds());
    }

    @Test
    void theRateIsSaid() {
        assertRefused("rate: must be what the model was trained with", "", floats("x", -1, -1));
        assertRefused("rate: must be what the model was trained with", ", rate: 999", floats("x", -1, -1));
    }

    @Test
    void refusesInputsThatNoRecordingBecomes() {
        assertRefused("kind: samples are FP32 or FP16", RATE, floats("x", -1));
        assertRefused("kind: samples are FP32 or FP16", RATE, floats("x", -1, 2, 8));
        assertRefused("signal: must be the input that samples go to", RATE, counts("x", -1, -1));
        assertRefused("signal: must be the input that samples go to", RATE, floats("x", -1, -1), floats("y", -1, -1));
        assertRefused("signal: must be one of the model's inputs", RATE + ", signal: y", floats("x", -1, -1));
        assertRefused(
                "kind: of a recording nothing becomes the input state", RATE, floats("x", -1, -1), counts("state", -1));
        assertRefused("mask: a mask is INT64", RATE + ", mask: m", floats("x", -1, -1), counts("m", -1, 2, -1));
        assertRefused("lengths: a length is INT64", RATE + ", lengths: n", floats("x", -1, -1), counts("n", -1, 2));
        assertRefused(
                "mask: takes something else of a recording already",
                RATE + ", signal: x, mask: x",
                floats("x", -1, -1));
    }

    @Test
    void refusesLengthsThatContradictEachOther() {
        assertRefused("samples: must be 8", RATE + ", samples: 9", floats("x", -1, 8));
        assertRefused("min_samples: is more than the 8", RATE + ", min_samples: 9", floats("x", -1, 8));
        assertRefused(
                "kind: a recording has rows of one length", RATE, floats("x", -1, 8), counts("attention_mask", -1, 9));
        assertRefused("kind: a recording has rows of one length", RATE, floats("x", -1, 1L << 33));
        assertRefused(
                "max_seconds: 86400 of 16000 samples are more than the 268435456",
                RATE + ", max_seconds: 86400",
                floats("x", -1, -1));
    }

    @Test
    void keysOfOtherKindsAreToldApart() {
        assertRefused("tokenizer: is for kind: text", RATE + ", tokenizer: t.json", floats("x", -1, -1));
        assertRefused("mean: is for kind: image", RATE + ", mean: [1]", floats("x", -1, -1));
    }
}

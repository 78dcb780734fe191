package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.RaggedAxes;
import dev.sluice.worker.batch.RaggedAxes.Trim;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What model.yaml may say of ragged axes, and where it says that it may not. */
class RaggedConfigTest {

    @TempDir
    Path folder = Path.of(".");

    private static TensorSpec spec(String name, DataType type, String axes, long... shape) {
        return new TensorSpec(name, type, new Shape(shape), false, List.of(axes.split(",", -1)));
    }

    private static final Signature TEXT = new Signature(
            List.of(
                    spec("ids.1", DataType.INT64, "batch,tokens", -1, -1),
                    spec("image", DataType.FP32, "batch,,", -1, 3, -1),
                    spec("words", DataType.BYTES, "batch,words", -1, -1)),
            List.of(
                    spec("hidden", DataType.FP32, "batch,tokens,", -1, -1, 50),
                    spec("pooled", DataType.FP32, "batch,", -1, 50)),
            true);

    private Path file(String... lines) throws IOException {
        return Files.write(folder.resolve("model.yaml"), List.of(lines));
    }

    private RaggedAxes read(Signature signature, String... lines) throws IOException {
        return RaggedConfig.read(file(lines), signature);
    }

    private List<String> problems(Signature signature, String... lines) throws IOException {
        Path file = file(lines);
        return assertThrows(SettingsException.class, () -> RaggedConfig.read(file, signature)).problems().stream()
                .map(problem -> problem.replace(file.toString(), "FILE"))
                .toList();
    }

    @Test
    void withoutTheKeyNothingIsRagged() throws IOException {
        assertSame(RaggedAxes.NONE, read(TEXT, "slo: 20ms"));
        assertSame(RaggedAxes.NONE, RaggedConfig.read(folder.resolve("none.yaml"), TEXT));
    }

    @Test
    void anOutputFollowsTheInputWhoseAxisHasItsName() throws IOException {
        RaggedAxes ragged = read(TEXT, "ragged_axes: [ids.1.1]");
        assertEquals(
                List.of(1), Objects.requireNonNull(ragged.inputs().get("ids.1")).axes());
        assertEquals(
                List.of("tokens"),
                Objects.requireNonNull(ragged.inputs().get("ids.1")).axisNames());
        assertArrayEquals(
                new byte[Long.BYTES],
                Objects.requireNonNull(ragged.inputs().get("ids.1")).element());
        assertEquals(1, ragged.inputs().size());
        assertEquals(List.of(new Trim(1, "ids.1", 1)), ragged.outputs().get("hidden"));
        assertEquals(1, ragged.outputs().size());
    }

    @Test
    void padValuesAreElementsOfTheInput() throws IOException {
        RaggedAxes ragged = read(TEXT, "ragged_axes: [ids.1.1, image.2]", "pad_values: [ids.1=-2, image=1]");
        assertArrayEquals(
                new byte[] {-2, -1, -1, -1, -1, -1, -1, -1},
                Objects.requireNonNull(ragged.inputs().get("ids.1")).element());
        assertArrayEquals(
                new byte[] {0, 0, (byte) 0x80, 0x3f},
                Objects.requireNonNull(ragged.inputs().get("image")).element());
    }

    @Test
    void whatTheModelDoesNotSayIsDeclared() throws IOException {
        Signature nameless = new Signature(
                List.of(spec("x", DataType.FP32, ",", -1, -1)),
                List.of(spec("y", DataType.FP32, ",", -1, -1), spec("z", DataType.FP32, ",", -1, -1)),
                true);
        RaggedAxes ragged = read(nameless, "ragged_axes: [x.1]", "trim: [y.1=x.1, z.1=none]");
        assertEquals(List.of(new Trim(1, "x", 1)), ragged.outputs().get("y"));
        assertEquals(1, ragged.outputs().size());
        assertEquals(
                List.of("FILE: trim: says nothing of z.1, which is variable (expected z.1=INPUT.AXIS, or z.1=none)"),
                problems(nameless, "ragged_axes: [x.1]", "trim: [y.1=x.1]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ragged_axes: [idz.1]; FILE:2: ragged_axes: names no axis of an input (got idz.1",
                "ragged_axes: [image]; FILE:2: ragged_axes: names no axis of an input (got image",
                "ragged_axes: [image.02]; FILE:2: ragged_axes: names no axis of an input (got image.02",
                "ragged_axes: [image.3]; FILE:2: ragged_axes: names no axis of an input (got image.3",
                "ragged_axes: [image.1]; FILE:2: ragged_axes: is no variable axis beyond the rows (got image.1",
                "ragged_axes: [image.0]; FILE:2: ragged_axes: is no variable axis beyond the rows (got image.0",
                "ragged_axes: [words.1]; FILE:2: ragged_axes: is of an input of strings",
                "pad_values: [image=1]; FILE:2: pad_values: is of no ragged input (got image=1",
                "pad_values: [image]; FILE:2: pad_values: is of no ragged input (got image",
                "trim: [pooled.1=image.2]; FILE:2: trim: is of no variable axis of an output",
                "trim: [hidden.1=image.2]; FILE:2: trim: follows no ragged axis (got hidden.1=image.2"
            })
    void mistakesAreToldWithFileAndLine(String line, String problem) throws IOException {
        List<String> problems = problems(TEXT, "# a comment", line);
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.getFirst().startsWith(problem), problems.toString());
    }

    @Test
    void allMistakesAreToldAtOnce() throws IOException {
        assertEquals(
                List.of(
                        "FILE:3: ragged_axes: names no axis of an input",
                        "FILE:4: pad_values: is no value of its type",
                        "FILE:4: pad_values: is of no ragged input"),
                problems(TEXT, "ragged_axes:", "  - ids.1.1", "  - x.1", "pad_values: [ids.1=1.5, x=0]").stream()
                        .map(problem -> problem.substring(0, problem.indexOf(" (")))
                        .toList());
    }

    @Test
    void aModelThatIsNotBatchedHasNoUseForThem() throws IOException {
        assertTrue(problems(TEXT.withoutBatching(), "ragged_axes: [ids.1.1]")
                .getFirst()
                .contains("share no batches"));
    }

    @Test
    void stringsAreNotCut() throws IOException {
        Signature strings = new Signature(
                List.of(spec("x", DataType.INT8, "n,tokens", -1, -1)),
                List.of(spec("y", DataType.BYTES, "n,tokens", -1, -1)),
                true);
        assertTrue(problems(strings, "ragged_axes: [x.1]").getFirst().contains("is of strings"));
    }

    @ParameterizedTest
    @CsvSource({
        "INT8, -128, 80",
        "INT8, 128, ''",
        "UINT8, 255, ff",
        "UINT8, -1, ''",
        "UINT8, 256, ''",
        "BOOL, 1, 01",
        "BOOL, 2, ''",
        "FP16, 1, 003c",
        "BF16, 1, 803f",
        "FP64, 1, 000000000000f03f",
        "INT32, 258, 02010000",
        "UINT64, 18446744073709551615, ffffffffffffffff",
        "INT64, 9223372036854775808, ''",
        "FP32, x, ''",
        "BYTES, a, ''"
    })
    void aPadValueIsAnElementOfItsType(DataType type, String text, String hex) {
        assertEquals(
                hex, PadValue.parse(type, text).map(HexFormat.of()::formatHex).orElse(""));
    }
}

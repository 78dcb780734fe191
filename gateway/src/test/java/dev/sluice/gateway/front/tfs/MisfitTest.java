package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a value is found at the cost of reading it, however large or deep it is. */
class MisfitTest {

    private static final List<TensorSpec> OUTPUTS = List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 2)));
    private static final int SIDE = 224;
    private static final int PLANES = 3;

    private static String refusal(String body, TensorBuffers buffers, TensorSpec input) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        PredictDecoder decoder = new PredictDecoder(
                new HttpBytes(bytes, 0, bytes.length), new Signature(List.of(input), OUTPUTS, true), buffers);
        InferenceException refused = assertThrows(InferenceException.class, decoder::decode);
        return assertInstanceOf(InvalidRequest.class, refused.error()).reason();
    }

    private static String repeated(String each, int times) {
        return "[" + (each + ",").repeat(times - 1) + each + "]";
    }

    @Test
    void aFaultLateInALargeRowTakesNoMemoryOfTensorsForWhatStandsBeforeIt() {
        String pixels = repeated(repeated("[0,0,0]", SIDE), SIDE);
        String row = pixels.substring(0, pixels.length() - "0]]]".length()) + "null]]]";
        TensorBuffers small = new TensorBuffers(new ByteBudget(3 << 20));
        String refused = refusal(
                "{\"instances\":[" + row + "]}",
                small,
                new TensorSpec("x", DataType.FP32, new Shape(-1, SIDE, SIDE, PLANES)));
        assertTrue(
                refused.endsWith("JSON Value: null Type: Null is not of expected type: float"
                        + " (at instances[0][223][223][2])"),
                refused);
        assertTrue(small.settle() <= 2 << 20, "the row, and nothing for looking at it again");
    }

    @ParameterizedTest
    @CsvSource({"33", "34", "98"})
    void listsDeeperThanAnyShapeAreToldSo(int depth) {
        String refused = refusal(
                "{\"inputs\":" + "[".repeat(depth) + "1" + "]".repeat(depth) + "}",
                new TensorBuffers(),
                new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
        assertEquals(
                "Encountered list at unexpected level: 32 expected < 32 (at inputs" + "[0]".repeat(32) + ")", refused);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[[1,2],[null],[3,4]] | Encountered list at unexpected size: 1 at level: 1 expected size: 2 (at"
                        + " inputs[1])",
                "[[[1],[2]],[[null],[3],[4]]] | Encountered list at unexpected size: 3 at level: 1 expected size: 2"
                        + " (at inputs[1])",
                "[[1,2],[3,null],[4]] | JSON Value: null Type: Null is not of expected type: float (at inputs[1][1])",
                "[[1,2],[3,[4]],5] | Encountered list at unexpected level: 2 expected < 2 (at inputs[1][1])",
                "[[],[1]] | Encountered list at unexpected size: 1 at level: 1 expected size: 0 (at inputs[1])",
                "[1,[2]] | Encountered list at unexpected level: 1 expected < 1 (at inputs[1])"
            })
    void whatComesFirstFromOutsideIsSaid(String value, String fault) {
        assertEquals(
                fault,
                refusal(
                        "{\"inputs\":" + value + "}",
                        new TensorBuffers(),
                        new TensorSpec("x", DataType.FP32, new Shape(-1, -1))));
    }

    @Test
    void aLongValueIsRepeatedInPart() {
        String refused = refusal(
                "{\"inputs\":[\"" + "é".repeat(5000) + "\"]}",
                new TensorBuffers(),
                new TensorSpec("x", DataType.FP32, new Shape(-1)));
        assertEquals(
                "JSON Value: \"" + "é".repeat(49) + "... (10002 bytes) Type: String is not of expected type: float"
                        + " (at inputs[0])",
                refused);
    }
}

package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.PayloadTooLarge;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Features that examples share cost one reading and their bytes for each; keys are given once. */
class ExamplesDecoderTest {

    private static final int SHARED = 64;
    private static final int EXAMPLES = 4096;

    private static final Signature SIGNATURE = new Signature(
            List.of(
                    new TensorSpec("x", DataType.INT32, new Shape(-1, 1)),
                    new TensorSpec("c", DataType.FP32, new Shape(-1, SHARED)),
                    new TensorSpec("t", DataType.BYTES, new Shape(-1, 1))),
            List.of(new TensorSpec("scores", DataType.FP32, new Shape(-1, 2))),
            true);

    private static final String CONTEXT = "{\"c\":[" + "0.5,".repeat(SHARED - 1) + "1.5],\"t\":\"shared\"}";

    private static DecodedRequest decode(String body, TensorBuffers buffers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new ExamplesDecoder(new HttpBytes(bytes, 0, bytes.length), SIGNATURE, buffers, ResultsWriter.CLASSIFY)
                .decode();
    }

    private static String behind(int examples) {
        return "{\"examples\":[" + "{\"x\":1},".repeat(examples - 1) + "{\"x\":2}],\"context\":" + CONTEXT + "}";
    }

    @Test
    void memoryForWhatIsSharedIsAskedForOnce() {
        TensorBuffers buffers = new TensorBuffers();
        DecodedRequest decoded = decode(behind(EXAMPLES), buffers);
        long needed = decoded.inputs().stream().mapToLong(Tensor::byteCount).sum();
        long taken = buffers.settle();
        assertTrue(taken <= 3 * needed, taken + " bytes were taken for " + needed);
    }

    @Test
    void whatIsSharedStandsInEachExampleThatHasNoneOfItsOwn() {
        String own = "{\"x\":5,\"t\":\"" + "own".repeat(100) + "\"}";
        DecodedRequest decoded = decode(
                "{\"context\":" + CONTEXT + ",\"examples\":[{\"x\":4}," + own + ",{\"x\":6}," + own + ",{\"x\":7}]}",
                new TensorBuffers());
        ByteBuffer floats = decoded.inputs().get(1).data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < 5; row++) {
            assertEquals(0.5f, floats.getFloat(row * SHARED * Float.BYTES));
            assertEquals(1.5f, floats.getFloat(((row + 1) * SHARED - 1) * Float.BYTES));
        }
        ByteBuffer texts = decoded.inputs().get(2).data().duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (String text : List.of("shared", "own".repeat(100), "shared", "own".repeat(100), "shared")) {
            byte[] found = new byte[texts.getInt()];
            texts.get(found);
            assertEquals(text, new String(found, StandardCharsets.UTF_8));
        }
        assertEquals(0, texts.remaining());
    }

    @Test
    void moreThanTheBudgetIsRefusedBeforeItIsFilled() {
        TensorBuffers small = new TensorBuffers(new ByteBudget(64 << 10));
        InferenceException refused = assertThrows(InferenceException.class, () -> decode(behind(EXAMPLES), small));
        assertInstanceOf(PayloadTooLarge.class, refused.error());
        assertTrue(small.settle() < 4096, "one value of each feature");
    }

    @Test
    void whatIsSharedMayNotBeTakenAgainForMoreThanItsBytes() {
        TensorBuffers buffers = new TensorBuffers();
        InferenceException refused =
                assertThrows(InferenceException.class, () -> decode(behind(EXAMPLES * 5), buffers));
        assertTrue(refused.error().message().contains("more than 4194304 bytes"), refused.getMessage());
    }

    @Test
    void classesOfAnotherShapeThanTheScoresAreRefused() {
        Tensor scores = new Tensor("scores", DataType.FP32, new Shape(1, 2), ByteBuffer.allocate(8));
        Tensor classes = new Tensor("classes", DataType.BYTES, new Shape(1, 1), ByteBuffer.allocate(4));
        Description model = new Description("test", SIGNATURE, List.of(), 8, 1, "nowhere");
        JsonOutput out = new JsonOutput(64);
        InferenceException refused = assertThrows(
                InferenceException.class, () -> ResultsWriter.CLASSIFY.rows(List.of(scores, classes), model, out));
        assertEquals(
                "Tensor name: classes has inconsistent shape: [1,1] expecting: [1,2]",
                refused.error().message());
    }
}

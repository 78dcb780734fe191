package dev.sluice.gateway.front.tfs.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a short message may have written for it. */
class ExamplesMessageDecoderTest {

    private static final int FLOATS = 2;
    private static final int SHARED = 1 << 10;
    private static final int SHARED_BYTES = SHARED * Float.BYTES;

    /** As it lies in the message, with its tag and length. */
    private static final int WALKED_BYTES = SHARED_BYTES + 3;

    private static final int MOST_BYTES = 4 << 20;

    /** One of any number of floats. */
    private static final Signature SIGNATURE = new Signature(
            List.of(new TensorSpec("c", DataType.FP32, new Shape(-1, -1))),
            List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 2))),
            true);

    private static byte[] field(int number, byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        out.write(number << 3 | 2);
        int rest = length;
        while (rest > 0x7F) {
            out.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] example(int values) {
        byte[] list = field(FLOATS, field(Tags.LIST_VALUE, new byte[values * Float.BYTES]));
        byte[] entry = field(1, field(1, new byte[] {'c'}), field(2, list));
        return field(1, entry);
    }

    private static DecodedRequest decode(byte[] context, int examples, byte[] each, TensorBuffers buffers) {
        ByteArrayOutputStream list = new ByteArrayOutputStream();
        for (int example = 0; example < examples; example++) {
            list.writeBytes(field(1, each));
        }
        list.writeBytes(field(2, context));
        byte[] message = field(2, field(2, list.toByteArray()));
        return new ExamplesMessageDecoder(new HttpBytes(message, 0, message.length), SIGNATURE, List.of("y"), buffers)
                .decode();
    }

    @Test
    void whatIsSharedMayBeTakenAgainForSoManyBytes() {
        int most = 1 + MOST_BYTES / WALKED_BYTES;
        DecodedRequest decoded = decode(example(SHARED), most, new byte[0], new TensorBuffers());
        assertEquals(most, decoded.rows());
        TensorBuffers buffers = new TensorBuffers();
        InferenceException refused =
                assertThrows(InferenceException.class, () -> decode(example(SHARED), most + 1, new byte[0], buffers));
        assertTrue(refused.error().message().contains("more than " + MOST_BYTES), refused.getMessage());
        assertEquals(0, buffers.settle(), "before any memory was taken");
    }

    @Test
    void whatIsReadOverEachTimeCountsToo() {
        byte[] unknown = field(9, new byte[SHARED_BYTES]);
        byte[] list = field(FLOATS, field(Tags.LIST_VALUE, new byte[Float.BYTES]), unknown);
        byte[] context = field(1, field(1, field(1, new byte[] {'c'}), field(2, list)));
        int examples = 2 + MOST_BYTES / SHARED_BYTES;
        assertThrows(InferenceException.class, () -> decode(context, examples, new byte[0], new TensorBuffers()));
    }

    @Test
    void examplesOfTheirOwnCountForNothing() {
        int examples = 2 + MOST_BYTES / SHARED_BYTES;
        assertEquals(
                examples,
                decode(example(1), examples, example(SHARED), new TensorBuffers())
                        .rows());
    }

    @Test
    void tooManyRowsAreRefusedBeforeTheyAreWritten() {
        TensorBuffers buffers = new TensorBuffers();
        InferenceException refused =
                assertThrows(InferenceException.class, () -> decode(new byte[0], (1 << 20) + 1, example(1), buffers));
        assertTrue(refused.error().message().contains("of one request"), refused.getMessage());
        assertEquals(0, buffers.settle(), "before any memory was taken");
    }
}

package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BufferLedger;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What must hold whatever bytes a client of TensorFlow Serving sends: they decode to what Jackson reads in them, or they are an
 * invalid request, with a reason; and no memory is lost.
 */
final class PredictOracle {

    private static final List<TensorSpec> OUTPUTS = List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 2)));

    static final Signature FLOATS = signature(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
    static final Signature TEXTS = signature(new TensorSpec("t", DataType.BYTES, new Shape(-1)));
    static final Signature THREE = signature(
            new TensorSpec("a", DataType.FP32, new Shape(-1, 2, -1)),
            new TensorSpec("b", DataType.BYTES, new Shape(-1)),
            new TensorSpec("c", DataType.INT64, new Shape(-1, -1), true));

    static final List<Signature> SIGNATURES = List.of(FLOATS, TEXTS, THREE);

    private static final int AMID = 8;

    private final BufferLedger ledger = new BufferLedger();

    private static Signature signature(TensorSpec... inputs) {
        return new Signature(List.of(inputs), OUTPUTS, true);
    }

    /** Whether it decodes, and then to the right thing; it stands amid other bytes. */
    boolean decodes(byte[] body, Signature signature) {
        byte[] amid = new byte[body.length + 2 * AMID];
        Arrays.fill(amid, (byte) '9');
        System.arraycopy(body, 0, amid, AMID, body.length);
        PredictDecoder decoder =
                new PredictDecoder(new HttpBytes(amid, AMID, AMID + body.length), signature, ledger.buffers);
        DecodedRequest decoded;
        try {
            decoded = decoder.decode();
        } catch (InferenceException refused) {
            InvalidRequest error = assertInstanceOf(InvalidRequest.class, refused.error());
            assertFalse(error.reason().isBlank());
            return false;
        }
        try {
            ReferenceRequest reference = ReferenceRequest.of(body);
            assertEquals(reference.isByRows(), decoder.isByRows());
            reference.assertSame(decoded.inputs(), signature);
        } catch (IOException noJson) {
            throw new AssertionError("decoded, and Jackson says " + noJson.getMessage(), noJson);
        }
        decoded.inputs().forEach(input -> ledger.buffers.giveBack(input.data()));
        return true;
    }

    /** To be called when all is decoded. */
    void checkMemory() {
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }
}

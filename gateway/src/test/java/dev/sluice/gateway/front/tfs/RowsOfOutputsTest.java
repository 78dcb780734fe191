package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BufferLedger;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A model whose outputs are known to have different rows is not run for who wants them row by row. */
class RowsOfOutputsTest {

    private final BufferLedger ledger = new BufferLedger();

    private DecodedRequest decode(String member, Shape other) {
        return decode(member, "[1, 2, 3]", other);
    }

    private DecodedRequest decode(String member, String value, Shape other) {
        Signature signature = new Signature(
                List.of(new TensorSpec("x", DataType.FP32, new Shape(3))),
                List.of(
                        new TensorSpec("total", DataType.FP32, Shape.SCALAR),
                        new TensorSpec("y", DataType.FP32, new Shape(3)),
                        new TensorSpec("z", DataType.FP32, other)),
                false);
        byte[] body = ("{\"" + member + "\": " + value + "}").getBytes(StandardCharsets.UTF_8);
        HttpBytes bytes = new HttpBytes(body, 0, body.length);
        return TfsHandler.decode(new PredictDecoder(bytes, signature, ledger.buffers), signature, ledger.buffers);
    }

    private void isDecoded(String member, Shape other) {
        decode(member, other).inputs().forEach(input -> ledger.buffers.giveBack(input.data()));
    }

    @Test
    void rowsThatThereCannotBeAreRefusedBeforeItRuns() {
        InferenceException refused = assertThrows(InferenceException.class, () -> decode("instances", new Shape(2, 3)));
        assertEquals(
                "Tensor name: z has inconsistent batch size: 2 expecting: 3",
                refused.error().message());
        InferenceException wrong =
                assertThrows(InferenceException.class, () -> decode("instances", "[1, 2]", new Shape(2, 3)));
        assertEquals(
                "input \"x\" expects [3] (-1 is any) and got [2]",
                wrong.error().message(),
                "what the client can mend comes first");
        isDecoded("inputs", new Shape(2, 3));
        isDecoded("instances", new Shape(3, 2));
        isDecoded("instances", new Shape(-1, 2));
        assertEquals(0, ledger.missing());
    }
}

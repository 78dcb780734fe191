package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.AllocatedHeap;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heap that a request of TensorFlow Serving costs: the same for few rows and for many, for there is no tree. */
class PredictAllocationTest {

    private final TensorBuffers buffers = new TensorBuffers();

    private long decoding(DataType type, int rank, String form, String row, int rows) {
        long[] dimensions = new long[rank];
        Arrays.fill(dimensions, Shape.VARIABLE);
        Signature signature = new Signature(
                List.of(new TensorSpec("x", type, new Shape(dimensions))),
                List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 1))),
                true);
        byte[] body =
                ("{\"" + form + "\":[" + (row + ",").repeat(rows - 1) + row + "]}").getBytes(StandardCharsets.UTF_8);
        return AllocatedHeap.bytes(() -> {
            DecodedRequest decoded =
                    new PredictDecoder(new HttpBytes(body, 0, body.length), signature, buffers).decode();
            decoded.inputs().forEach(input -> buffers.giveBack(input.data()));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "FP32, 1, instances, 0.1234567",
        "FP32, 2, instances, '[0.5,1.5e-3]'",
        "FP32, 2, inputs, '[0.5, 1.5e-3]'",
        "FP32, 3, instances, '[[1],[2.5]]'",
        "FP64, 1, instances, 0.25",
        "INT64, 1, inputs, -9007199254740993",
        "BOOL, 2, instances, '[true]'",
        "BYTES, 1, instances, '\"ab\\u00e9\"'"
    })
    void doesNotGrowWithTheRows(DataType type, int rank, String form, String row) {
        AllocatedHeap.assertSameForMany(type + " " + form, rows -> decoding(type, rank, form, row, rows));
    }
}

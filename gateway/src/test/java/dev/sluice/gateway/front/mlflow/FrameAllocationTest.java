package dev.sluice.gateway.front.mlflow;

import dev.sluice.gateway.front.AllocatedHeap;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heap that a data frame costs: the same for few rows and for many, for no cell is an object. */
class FrameAllocationTest {

    private static final Description TOGETHER = model(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
    private static final Description WHOLE = model(new TensorSpec("x", DataType.INT64, new Shape(-1, -1)));
    private static final Description APART = model(
            new TensorSpec("a", DataType.FP32, new Shape(-1, 1)),
            new TensorSpec("b", DataType.BYTES, new Shape(-1, 1)));

    private final TensorBuffers buffers = new TensorBuffers();

    private static Description model(TensorSpec... inputs) {
        Signature signature =
                new Signature(List.of(inputs), List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 1))), true);
        return new Description("onnxruntime_onnx", signature, List.of(), 64, 1, "");
    }

    private long decoding(Description model, String form, String row, int rows) {
        byte[] body = body(form, row, rows).getBytes(StandardCharsets.UTF_8);
        return AllocatedHeap.bytes(() -> {
            FrameDecoder decoder = new FrameDecoder(new HttpBytes(body, 0, body.length), model, buffers);
            DecodedRequest decoded = form.equals("csv") ? decoder.decodeCsv(true) : decoder.decode();
            decoded.inputs().forEach(input -> buffers.giveBack(input.data()));
        });
    }

    private static String body(String form, String row, int rows) {
        String list = (row + ",").repeat(rows - 1) + row;
        return switch (form) {
            case "csv" -> "a,b\n" + (row + "\n").repeat(rows);
            case "split" -> "{\"dataframe_split\":{\"columns\":[\"a\",\"b\"],\"data\":[" + list + "]}}";
            case "turned" -> "{\"dataframe_split\":{\"columns\":[\"b\",\"a\"],\"data\":[" + list + "]}}";
            default -> "{\"dataframe_records\":[" + list + "]}";
        };
    }

    @ParameterizedTest
    @CsvSource({
        "true, split, '[0.5,1.5e-3]'",
        "true, records, '{\"a\":0.5,\"b\":1.5}'",
        "true, csv, '0.25,-7'",
        "false, split, '[0.5,\"b\\u00e9\"]'",
        "false, turned, '[\"b\",0.5]'",
        "false, records, '{\"a\":0.5,\"b\":\"\"}'",
        "false, csv, '0.25,\"x, y\"'"
    })
    void doesNotGrowWithTheRows(boolean together, String form, String row) {
        Description model = together ? TOGETHER : APART;
        AllocatedHeap.assertSameForMany(
                (together ? "together, " : "apart, ") + form, rows -> decoding(model, form, row, rows));
    }

    /** As pandas writes a column of integers that once had a value missing. */
    @ParameterizedTest
    @CsvSource({"split, '[1.0,-12345.0]'", "records, '{\"a\":1.0,\"b\":1e3}'", "csv, '12345.000,1.5e1'"})
    void norDoWholeNumbersThatAreWrittenWithAPoint(String form, String row) {
        AllocatedHeap.assertSameForMany("whole, " + form, rows -> decoding(WHOLE, form, row, rows));
    }
}

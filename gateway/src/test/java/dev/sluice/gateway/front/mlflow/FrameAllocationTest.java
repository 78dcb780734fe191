package dev.sluice.gateway.front.mlflow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heap that a data frame costs: the same for few rows and for many, for no cell is an object. */
class FrameAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FEW = 1000;
    private static final int MANY = 100_000;
    private static final int WARM_UP = 20;

    /** Far less than one byte for each row. */
    private static final long TOLERANCE = 8192;

    private static final Description TOGETHER = model(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
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
        Runnable run = () -> {
            FrameDecoder decoder = new FrameDecoder(new HttpBytes(body, 0, body.length), model, buffers);
            DecodedRequest decoded = form.equals("csv") ? decoder.decodeCsv(true) : decoder.decode();
            decoded.inputs().forEach(input -> buffers.giveBack(input.data()));
        };
        for (int i = 0; i < WARM_UP; i++) {
            run.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
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
        long few = decoding(model, form, row, FEW);
        long many = decoding(model, form, row, MANY);
        assertTrue(few > 0, "the JVM counts allocations");
        assertTrue(Math.abs(many - few) < TOLERANCE, few + " bytes for " + FEW + " rows and " + many + " for " + MANY);
    }
}

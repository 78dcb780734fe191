package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.InferRequestDecoder;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.NumbersBody;
import dev.sluice.gateway.front.v2.RequestBody;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The same numbers as a request of V2, and as {@code instances} and {@code inputs} of TensorFlow Serving. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgs = "-Xmx1g")
public class PredictBenchmark {

    /** How much of its rows the model declares, which is what memory is taken for at first. */
    public enum Declared {
        ROW,
        NOTHING
    }

    @Param
    public NumbersBody numbers = NumbersBody.DECIMALS_784;

    @Param
    public Declared declared = Declared.ROW;

    private final TensorBuffers buffers = new TensorBuffers();
    private Signature signature = new Signature(List.of(), List.of(), true);
    private byte[] v2 = {};
    private byte[] rows = {};
    private byte[] columns = {};

    @Setup
    public void makeBodies() {
        String data = new String(numbers.data(), StandardCharsets.US_ASCII);
        long row = declared == Declared.ROW ? numbers.elements() : -1;
        signature = new Signature(
                List.of(new TensorSpec("x", DataType.FP32, new Shape(-1, row))),
                List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 10))),
                true);
        v2 = numbers.request();
        rows = bytes("{\"instances\":[" + data + "]}");
        columns = bytes("{\"inputs\":{\"x\":[" + data + "]}}");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    public DecodedRequest v2() {
        RequestBody body = new RequestBody(v2, 0, v2.length, v2.length);
        return freed(new InferRequestDecoder(body, signature, buffers, JsonOptions.STRICT).decode());
    }

    @Benchmark
    public DecodedRequest instances() {
        return decode(rows);
    }

    @Benchmark
    public DecodedRequest inputs() {
        return decode(columns);
    }

    private DecodedRequest decode(byte[] body) {
        return freed(new PredictDecoder(new HttpBytes(body, 0, body.length), signature, buffers).decode());
    }

    private DecodedRequest freed(DecodedRequest decoded) {
        buffers.giveBack(decoded.inputs().getFirst().data());
        return decoded;
    }
}

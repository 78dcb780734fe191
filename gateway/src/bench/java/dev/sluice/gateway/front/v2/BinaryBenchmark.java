package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.batch.BatchGather;
import dev.sluice.worker.batch.Batches;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A photograph of 3 x 224 x 224 floats in raw bytes: read the request, copy the rows to the engine's memory. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgs = "-Xmx1g")
public class BinaryBenchmark {

    private static final int BYTES = 150_528 * Float.BYTES;
    private static final String JSON = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,3,224,224],\"datatype\":\"FP32\","
            + "\"parameters\":{\"binary_data_size\":" + BYTES + "}}]}";
    private static final Signature SIGNATURE = new Signature(
            List.of(new TensorSpec("x", DataType.FP32, new Shape(-1, 3, 224, 224))),
            List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 10))),
            true);

    private final TensorBuffers buffers = new TensorBuffers();
    private final BatchGather gather = new BatchGather(1, 64 << 20);
    private final byte[] body = Arrays.copyOf(JSON.getBytes(StandardCharsets.US_ASCII), JSON.length() + BYTES);

    @Benchmark
    public DecodedRequest decode() {
        return new InferRequestDecoder(
                        new RequestBody(body, 0, JSON.length(), body.length), SIGNATURE, buffers, JsonOptions.STRICT)
                .decode();
    }

    @Benchmark
    public List<Tensor> decodeAndGather() {
        DecodedRequest decoded = decode();
        InferenceRequest request = new InferenceRequest(
                new ModelId("m", 1), "id", decoded.inputs(), decoded.outputs(), decoded.rows(), new Deadline(0));
        return gather.gather(Batches.of(request));
    }
}

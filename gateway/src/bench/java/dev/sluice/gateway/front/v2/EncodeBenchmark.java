package dev.sluice.gateway.front.v2;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

/**
 * Numbers of several kinds to a JSON array, by us and by Jackson.
 *
 * <p>A thousand numbers written again and again are few enough for a branch predictor to learn them by heart, which
 * requests do not allow it; 20,000 are too many.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgs = "-Xmx1g")
public class EncodeBenchmark {

    /** What the encoder of responses expects of a response, and of each of its elements. */
    private static final int ENVELOPE_BYTES = 256;

    private static final int ELEMENT_BYTES = 12;

    @Param({"1000", "20000"})
    public int elements;

    @Param
    public OutputNumbers numbers = OutputNumbers.UNIFORM;

    private final ObjectMapper databind = new ObjectMapper();
    private final ObjectMapper databindFastWriter = new ObjectMapper(
            JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build());

    private float[] floats = {};
    private double[] doubles = {};
    private Tensor fp32 = tensor(DataType.FP32, 0);
    private Tensor fp64 = tensor(DataType.FP64, 0);

    @Setup
    public void fill() {
        doubles = numbers.take(elements);
        floats = new float[elements];
        fp32 = tensor(DataType.FP32, elements);
        fp64 = tensor(DataType.FP64, elements);
        for (int i = 0; i < elements; i++) {
            floats[i] = (float) doubles[i];
            fp32.data().putFloat(i * Float.BYTES, floats[i]);
            fp64.data().putDouble(i * Double.BYTES, doubles[i]);
        }
    }

    /** In direct memory, as what the engine answers is. */
    private static Tensor tensor(DataType type, int elements) {
        ByteBuffer data = ByteBuffer.allocateDirect(elements * type.elementBytes());
        return new Tensor("y", type, new Shape(1, elements), data.order(ByteOrder.LITTLE_ENDIAN));
    }

    @Benchmark
    public JsonOutput fp32() {
        JsonOutput out = new JsonOutput(ENVELOPE_BYTES + ELEMENT_BYTES * elements);
        TensorDataEncoder.encode(fp32, out);
        return out;
    }

    @Benchmark
    public JsonOutput fp64() {
        JsonOutput out = new JsonOutput(ENVELOPE_BYTES + 2 * ELEMENT_BYTES * elements);
        TensorDataEncoder.encode(fp64, out);
        return out;
    }

    @Benchmark
    public byte[] databindFloats() throws IOException {
        return databind.writeValueAsBytes(floats);
    }

    @Benchmark
    public byte[] databindFloatsFastWriter() throws IOException {
        return databindFastWriter.writeValueAsBytes(floats);
    }

    @Benchmark
    public byte[] databindDoubles() throws IOException {
        return databind.writeValueAsBytes(doubles);
    }

    @Benchmark
    public byte[] databindDoublesFastWriter() throws IOException {
        return databindFastWriter.writeValueAsBytes(doubles);
    }
}

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
import java.util.Random;
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

/** 1,000 random probabilities to a JSON array, by us and by Jackson. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgs = "-Xmx1g")
public class EncodeBenchmark {

    private static final int ELEMENTS = 1000;

    /** As much as the encoder of responses expects of an element. */
    private static final int EXPECTED_BYTES = 12 * ELEMENTS;

    private final float[] floats = new float[ELEMENTS];
    private final Tensor fp32;
    private final Tensor fp64;
    private final ObjectMapper databind = new ObjectMapper();
    private final ObjectMapper databindFastWriter = new ObjectMapper(
            JsonFactory.builder().enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER).build());

    public EncodeBenchmark() {
        Random random = new Random(ELEMENTS);
        ByteBuffer singles = ByteBuffer.allocate(ELEMENTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer doubles = ByteBuffer.allocate(ELEMENTS * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < ELEMENTS; i++) {
            floats[i] = random.nextFloat();
            singles.putFloat(floats[i]);
            doubles.putDouble(random.nextDouble());
        }
        fp32 = new Tensor("y", DataType.FP32, new Shape(1, ELEMENTS), singles.flip());
        fp64 = new Tensor("y", DataType.FP64, new Shape(1, ELEMENTS), doubles.flip());
    }

    @Benchmark
    public JsonOutput fp32() {
        JsonOutput out = new JsonOutput(EXPECTED_BYTES);
        TensorDataEncoder.encode(fp32, out);
        return out;
    }

    @Benchmark
    public JsonOutput fp64() {
        JsonOutput out = new JsonOutput(2 * EXPECTED_BYTES);
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
}

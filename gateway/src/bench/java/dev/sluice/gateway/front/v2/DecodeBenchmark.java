package dev.sluice.gateway.front.v2;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.JacksonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
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

/** From the bytes of a JSON request to the numbers of its one input, by us and by others. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3, jvmArgs = "-Xmx1g")
public class DecodeBenchmark {

    private static final Signature SIGNATURE = new Signature(
            List.of(new TensorSpec("x", DataType.FP32, new Shape(-1, -1))),
            List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 10))),
            true);

    @Param
    public NumbersBody numbers = NumbersBody.DECIMALS_784;

    private final TensorBuffers buffers = new TensorBuffers();
    private final JsonFactory factory =
            JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build();

    /** What the class path of the gateway has; the benchmark's own has databind, which Vert.x would take instead. */
    private final JacksonCodec codec = new JacksonCodec();

    private byte[] request = {};
    private byte[] data = {};
    private Shape shape = Shape.SCALAR;

    @Setup
    public void makeBodies() {
        request = numbers.request();
        data = numbers.data();
        shape = new Shape(1, numbers.elements);
    }

    @Benchmark
    public DecodedRequest request() {
        RequestBody body = new RequestBody(request, 0, request.length, request.length);
        DecodedRequest decoded = new InferRequestDecoder(body, SIGNATURE, buffers, JsonOptions.STRICT).decode();
        buffers.giveBack(decoded.inputs().getFirst().data());
        return decoded;
    }

    @Benchmark
    public ByteBuffer dataAlone() {
        JsonCursor cursor = new JsonCursor(data, 0, data.length);
        ByteBuffer decoded = new TensorDataDecoder(cursor, buffers, "inputs[0]", DataType.FP32, shape).decode();
        buffers.giveBack(decoded);
        return decoded;
    }

    @Benchmark
    public float[] vertxJsonObject() {
        Map<?, ?> map = codec.fromBuffer(Buffer.buffer(request), Map.class);
        @SuppressWarnings("unchecked") // names are strings in JSON
        JsonObject json = new JsonObject((Map<String, Object>) map);
        JsonArray array = json.getJsonArray("inputs").getJsonObject(0).getJsonArray("data");
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.getFloat(i);
        }
        return values;
    }

    @Benchmark
    public float[] jacksonStreamingFast() throws IOException {
        float[] values = new float[numbers.elements];
        try (JsonParser parser = factory.createParser(request)) {
            while (!"data".equals(parser.currentName()) || parser.currentToken() != JsonToken.START_ARRAY) {
                parser.nextToken();
            }
            for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
                values[i] = parser.getFloatValue();
            }
        }
        return values;
    }
}

package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.front.AllocatedHeap;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Heap that a request costs: the same for a thousand elements and for a hundred thousand. */
class AllocationTest {

    private final TensorBuffers buffers = new TensorBuffers();

    private long decoding(byte[] body, int jsonEnd, DataType type) {
        RequestBody request = new RequestBody(body, 0, jsonEnd, body.length);
        return AllocatedHeap.bytes(() -> {
            DecodedRequest decoded =
                    new InferRequestDecoder(request, Decoding.one(type, 1), buffers, JsonOptions.STRICT).decode();
            decoded.inputs().forEach(input -> buffers.giveBack(input.data()));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "FP32, 0.1234567",
        "FP32, 1.5e-3",
        "FP32, ' 16777217 '",
        "FP32, 8388608.5",
        "FP32, 3.4028235677973362e38",
        "FP32, 1e-44",
        "FP32, 1.17549435e-38",
        "FP32, 7.1e-46",
        "FP32, 1.5e-60",
        "FP64, 1.000000059604644775390625",
        "FP64, 0.25",
        "FP64, 9007199254740993",
        "FP64, 1.5e-3",
        "INT64, -9007199254740993",
        "INT64, -9223372036854775808",
        "UINT64, 18446744073709551615",
        "UINT8, 200",
        "BOOL, false",
        "BYTES, '\"ab\\u00e9\"'"
    })
    void decodingJson(DataType type, String element) {
        AllocatedHeap.assertSameForMany(type + " " + element, elements -> decodingJson(type, element, elements));
    }

    private long decodingJson(DataType type, String element, int elements) {
        String data = "[" + (element + ",").repeat(elements - 1) + element + "]";
        byte[] body = Decoding.body(type, "[" + elements + "]", data).getBytes(StandardCharsets.UTF_8);
        return decoding(body, body.length, type);
    }

    @Test
    void decodingRawTensors() {
        AllocatedHeap.assertSameForMany("raw", this::decodingRaw);
    }

    private long decodingRaw(int elements) {
        int bytes = elements * Float.BYTES;
        byte[] json = ("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[" + elements
                        + "],\"parameters\":{\"binary_data_size\":" + bytes + "}}]}")
                .getBytes(StandardCharsets.UTF_8);
        byte[] body = new byte[json.length + bytes];
        System.arraycopy(json, 0, body, 0, json.length);
        return decoding(body, json.length, DataType.FP32);
    }

    /** What encoding costs beside the answer's own bytes; values are short enough that those never have to grow. */
    @ParameterizedTest
    @CsvSource({"FP32, 1.5", "FP64, -0.25", "INT64, 1234567"})
    void encoding(DataType type, double value) {
        AllocatedHeap.assertSameForMany(type + " out", elements -> encoding(type, value, elements));
    }

    private static long encoding(DataType type, double value, int elements) {
        ByteBuffer data = ByteBuffer.allocate(elements * type.elementBytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (data.hasRemaining()) {
            switch (type) {
                case FP32 -> data.putFloat((float) value);
                case FP64 -> data.putDouble(value);
                default -> data.putLong((long) value);
            }
        }
        Tensor tensor = new Tensor("y", type, new Shape(1, elements), data.flip());
        InferenceResponse response =
                new InferenceResponse(new ModelId("m", 1), List.of(tensor), new Timing(0, 0, 0, 1, 0));
        Description model = new Description("test", Decoding.ROWS, List.of(), 8, 1, "nowhere");
        AnswerForm form = new AnswerForm(null, List.of(), false);
        AtomicInteger answer = new AtomicInteger();
        long allocated =
                AllocatedHeap.bytes(() -> answer.set(new InferResponseEncoder(response, form, model, JsonOptions.STRICT)
                        .encode()
                        .json()
                        .array()
                        .length));
        assertEquals(Math.min(256 + elements * 12, 1 << 20), answer.get(), "the answer's bytes did not grow");
        return allocated - answer.get();
    }

    /** A few classes of many elements, each higher than all before it. */
    @Test
    void classification() {
        AllocatedHeap.assertSameForMany("classes", AllocationTest::classifying);
    }

    private static long classifying(int elements) {
        ByteBuffer data = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            data.putFloat(i);
        }
        Tensor tensor = new Tensor("y", DataType.FP32, new Shape(1, elements), data.flip());
        Description model = new Description("test", Decoding.ROWS, List.of(), 8, 1, "nowhere");
        return AllocatedHeap.bytes(() -> Classification.of(tensor, 100, model));
    }

    /** Values of every length, into memory that is large enough. */
    @ParameterizedTest
    @EnumSource
    void encodingElements(DataType type) {
        AllocatedHeap.assertSameForMany(type + " out", elements -> encodingElements(type, elements));
    }

    private static long encodingElements(DataType type, int elements) {
        Tensor tensor = new RandomTensors(new Random(elements)).next("y", type, new Shape(elements), true);
        int enough = 80 * elements;
        return AllocatedHeap.bytes(() -> {
                    JsonOutput out = new JsonOutput(enough);
                    TensorDataEncoder.encode(tensor, out);
                    assertEquals(enough, out.array().length, "it did not grow");
                })
                - enough;
    }
}

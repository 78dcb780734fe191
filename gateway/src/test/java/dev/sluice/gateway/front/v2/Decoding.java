package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Signatures for decoder tests, and short ways to decode for them. */
final class Decoding {

    static final List<TensorSpec> OUTPUTS = List.of(
            new TensorSpec("y", DataType.FP32, new Shape(-1, 2)), new TensorSpec("z", DataType.INT64, new Shape(-1)));

    /** One input of rows of three floats. */
    static final Signature ROWS = batched(new TensorSpec("x", DataType.FP32, new Shape(-1, 3)));

    /** Two inputs that must be there and one that may. */
    static final Signature THREE = batched(
            new TensorSpec("a", DataType.INT64, new Shape(-1)),
            new TensorSpec("b", DataType.BYTES, new Shape(-1, 2)),
            new TensorSpec("c", DataType.FP32, new Shape(-1, -1), true));

    private Decoding() {}

    static Signature batched(TensorSpec... inputs) {
        return new Signature(List.of(inputs), OUTPUTS, true);
    }

    /** One input {@code x} of that type and any shape of that rank, without rows. */
    static Signature one(DataType type, int rank) {
        long[] dimensions = new long[rank];
        Arrays.fill(dimensions, Shape.VARIABLE);
        return new Signature(List.of(new TensorSpec("x", type, new Shape(dimensions))), OUTPUTS, false);
    }

    static String input(String name, String type, String shape, String data) {
        return "{\"name\":\"" + name + "\",\"datatype\":\"" + type + "\",\"shape\":" + shape + ",\"data\":" + data
                + "}";
    }

    static String body(String... inputs) {
        return "{\"inputs\":[" + String.join(",", inputs) + "]}";
    }

    /** One input {@code x}. */
    static String body(DataType type, String shape, String data) {
        return body(input("x", type.name(), shape, data));
    }

    static DecodedRequest decode(Signature signature, String body) {
        return decode(signature, body.getBytes(StandardCharsets.UTF_8), new TensorBuffers());
    }

    /** Decodes a body that stands amid other bytes. */
    static DecodedRequest decode(Signature signature, byte[] body, TensorBuffers buffers) {
        return decode(signature, body, buffers, JsonOptions.STRICT);
    }

    static DecodedRequest decode(Signature signature, byte[] body, TensorBuffers buffers, JsonOptions options) {
        JsonCursor cursor = Texts.cursor(body);
        RequestBody amid = new RequestBody(cursor.bytes, cursor.position, cursor.end, cursor.end);
        return new InferRequestDecoder(amid, signature, buffers, options).decode();
    }

    static Tensor onlyInput(Signature signature, String body) {
        return decode(signature, body).inputs().getFirst();
    }

    static InvalidRequest refusal(Signature signature, String body) {
        InferenceException exception = assertThrows(InferenceException.class, () -> decode(signature, body), body);
        return assertInstanceOf(InvalidRequest.class, exception.error());
    }

    /** The elements of an input as JSON. */
    static String json(Tensor tensor) {
        return json(tensor, JsonOptions.STRICT);
    }

    static String json(Tensor tensor, JsonOptions options) {
        JsonOutput out = new JsonOutput(64, options);
        TensorDataEncoder.encode(tensor, out);
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }
}

package dev.sluice.loadtest.wire;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Makes requests of one row with seeded values that fit a model.
 *
 * <p>Values are whole numbers from 0 to 255 over 255 for floats, and 0 or 1 for everything else: neither so long as to
 * measure number parsing, nor all zeros.
 *
 * @thread any; immutable
 */
public final class InferCalls {

    private static final long SEED = 20_261_121L;
    private static final String TIMEOUT = "timeout";
    private static final String PRIORITY = "priority";
    private static final String GRPC_PATH = "/inference.GRPCInferenceService/ModelInfer";
    private static final Map<String, String> GRPC_HEADERS =
            Map.of("content-type", "application/grpc", "te", "trailers");

    private final ModelInfo model;
    private final long timeoutMicros;
    private final int priority;

    /**
     * @param timeoutMicros the deadline that the server is told, or 0 for none
     * @param priority as the server counts them, or 0 for its default
     */
    public InferCalls(ModelInfo model, long timeoutMicros, int priority) {
        this.model = model;
        this.timeoutMicros = timeoutMicros;
        this.priority = priority;
    }

    /** A request whose numbers are text. */
    public InferCall json() {
        JsonArray inputs = new JsonArray();
        for (ModelInfo.Input input : model.inputs()) {
            JsonArray data = new JsonArray();
            RandomGenerator random = new SplittableRandom(SEED);
            for (int i = 0; i < input.elements(); i++) {
                data.add(jsonValue(input, random));
            }
            inputs.add(head(input).put("data", data));
        }
        return InferCall.json(model.path(), document(inputs).toBuffer());
    }

    private static Object jsonValue(ModelInfo.Input input, RandomGenerator random) {
        return switch (input.datatype()) {
            case "FP32", "FP64" -> Math.round(random.nextInt(256) / 255.0 * 1e6) / 1e6;
            case "BOOL" -> random.nextBoolean();
            case "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64" -> random.nextInt(2);
            default -> throw unfit(input);
        };
    }

    /** The same with raw little-endian numbers behind the JSON. */
    public InferCall binary() {
        JsonArray inputs = new JsonArray();
        Buffer raw = Buffer.buffer();
        for (ModelInfo.Input input : model.inputs()) {
            Buffer contents = raw(input);
            raw.appendBuffer(contents);
            inputs.add(head(input).put("parameters", new JsonObject().put("binary_data_size", contents.length())));
        }
        JsonObject document = document(inputs);
        parameters(document).put("binary_data_output", true);
        Buffer json = document.toBuffer();
        Map<String, String> headers = Map.of(
                "content-type",
                "application/octet-stream",
                "inference-header-content-length",
                Integer.toString(json.length()));
        return new InferCall(Protocol.HTTP, model.path(), headers, json.length(), json.appendBuffer(raw));
    }

    /** The same raw numbers as a message of gRPC. */
    public InferCall grpc() {
        List<ModelInferMessage.Parameter> parameters = List.of(
                new ModelInferMessage.Parameter(TIMEOUT, timeoutMicros),
                new ModelInferMessage.Parameter(PRIORITY, priority));
        Buffer message = ModelInferMessage.of(
                model, model.inputs().stream().map(InferCalls::raw).toList(), parameters);
        return new InferCall(Protocol.GRPC, GRPC_PATH, GRPC_HEADERS, 0, message);
    }

    /** A request made for HTTP as a message of the model's stream; each message gets an id of its own when it is sent. */
    public InferCall streamed(InferCall http) {
        return new InferCall(Protocol.WEBSOCKET, model.streamPath(), Map.of(), http.jsonBytes(), http.body());
    }

    private static Buffer raw(ModelInfo.Input input) {
        Buffer raw = Buffer.buffer();
        RandomGenerator random = new SplittableRandom(SEED);
        for (int i = 0; i < input.elements(); i++) {
            appendRaw(input, random, raw);
        }
        return raw;
    }

    private static void appendRaw(ModelInfo.Input input, RandomGenerator random, Buffer raw) {
        switch (input.datatype()) {
            case "FP32" -> raw.appendFloatLE(random.nextInt(256) / 255f);
            case "FP64" -> raw.appendDoubleLE(random.nextInt(256) / 255.0);
            case "BOOL", "INT8", "UINT8" -> raw.appendByte((byte) random.nextInt(2));
            case "INT16", "UINT16" -> raw.appendShortLE((short) random.nextInt(2));
            case "INT32", "UINT32" -> raw.appendIntLE(random.nextInt(2));
            case "INT64", "UINT64" -> raw.appendLongLE(random.nextInt(2));
            default -> throw unfit(input);
        }
    }

    /** A body from elsewhere, sent as it is: its own parameters hold. */
    public InferCall verbatim(Buffer body) {
        return InferCall.json(model.path(), body);
    }

    private static JsonObject head(ModelInfo.Input input) {
        return new JsonObject()
                .put("name", input.name())
                .put("shape", new JsonArray(input.oneRow()))
                .put("datatype", input.datatype());
    }

    private JsonObject document(JsonArray inputs) {
        JsonObject document = new JsonObject().put("inputs", inputs);
        JsonObject parameters = parameters(document);
        if (timeoutMicros > 0) {
            parameters.put(TIMEOUT, timeoutMicros);
        }
        if (priority > 0) {
            parameters.put(PRIORITY, priority);
        }
        return document;
    }

    private static JsonObject parameters(JsonObject document) {
        if (!document.containsKey("parameters")) {
            document.put("parameters", new JsonObject());
        }
        return document.getJsonObject("parameters");
    }

    private static IllegalArgumentException unfit(ModelInfo.Input input) {
        return new IllegalArgumentException("no values are made for input " + input.name() + " of type "
                + input.datatype() + "; give a body with --payload FILE");
    }
}

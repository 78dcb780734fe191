package dev.sluice.loadtest.wire;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** What a server says of one model: its name, and what goes in. */
public record ModelInfo(String name, List<Input> inputs) {

    /** An input tensor; open dimensions are -1. */
    public record Input(String name, String datatype, List<Integer> shape) {

        static Input of(JsonObject json) {
            List<Integer> shape = json.getJsonArray("shape").stream()
                    .map(dimension -> ((Number) dimension).intValue())
                    .toList();
            return new Input(json.getString("name"), json.getString("datatype"), shape);
        }

        /** The shape for one row: open dimensions become 1. */
        List<Integer> oneRow() {
            return shape.stream().map(dimension -> Math.max(1, dimension)).toList();
        }

        int elements() {
            return oneRow().stream().reduce(1, Math::multiplyExact);
        }
    }

    /** From the answer to {@code GET /v2/models/NAME}. */
    static ModelInfo of(JsonObject json) {
        List<Input> inputs = json.getJsonArray("inputs").stream()
                .map(input -> Input.of((JsonObject) input))
                .toList();
        return new ModelInfo(json.getString("name"), inputs);
    }

    /** Where predictions are asked for. */
    public String path() {
        return "/v2/models/" + name + "/infer";
    }

    /** Where a WebSocket asks it. */
    public String streamPath() {
        return "/v2/models/" + name + "/stream";
    }
}

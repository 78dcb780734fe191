package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models made of models, asked over sockets as any other. */
class PipelineIT {

    private static final Path HALF = Places.ROOT.resolve("gateway/src/test/resources/compat/models/half_plus_two/1/model.onnx");

    /** A number by its index, 1.5 times as much, then half of it and 2. */
    private static final String CHAIN = """
            pipeline:
              stages:
                - number = pick(index=which)
                - once = half(number.y)
                - twice = half(x=once)
              outputs:
                - number.y
                - result = twice.y
            """;

    private static RunningGateway start(Path models) {
        return RunningGateway.start(
                models, "worker.control.poll=100ms", "worker.control.settle=0s", "worker.warm_up_budget=0s");
    }

    private static Repository repository(Path folder) {
        return new Repository(folder).with("pick").with("half", "1", HALF);
    }

    private static String which(long... indexes) {
        StringBuilder data = new StringBuilder();
        for (long index : indexes) {
            data.append(data.isEmpty() ? "" : ",").append(index);
        }
        return "{\"inputs\":[{\"name\":\"which\",\"datatype\":\"INT64\",\"shape\":[" + indexes.length + "],\"data\":["
                + data + "]}]}";
    }

    @Test
    void aChainAnswersAsOneModel(@TempDir Path folder) throws IOException {
        repository(folder);
        Files.createDirectories(folder.resolve("chain"));
        Files.writeString(folder.resolve("chain/model.yaml"), CHAIN);
        try (RunningGateway gateway = start(folder)) {
            Answer answer = gateway.infer("chain", which(4, 0));
            assertEquals(200, answer.status(), answer.toString());
            JsonObject json = answer.json();
            assertEquals("1", json.getString("model_version"));
            assertEquals("[6.0,0.0]", json.getJsonArray("outputs").getJsonObject(0).getJsonArray("data").encode());
            assertEquals("[4.5,3.0]", json.getJsonArray("outputs").getJsonObject(1).getJsonArray("data").encode());
            gateway.awaitNothingInFlight();
        }
    }
}

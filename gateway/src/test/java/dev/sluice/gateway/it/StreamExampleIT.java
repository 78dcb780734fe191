package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The example for Java of docs/streaming.md does what it says; that for Python is run by .ci/websocket-client-test. */
class StreamExampleIT {

    private static final int REQUESTS = 300;

    @Test
    void predictsEverythingInOrder() {
        Vertx vertx = Vertx.vertx();
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS)) {
            WebSocketClient client = vertx.createWebSocketClient();
            List<JsonObject> requests = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> new JsonObject(Requests.sums(i, 1)))
                    .toList();
            WebSocketConnectOptions place = new WebSocketConnectOptions()
                    .setHost("127.0.0.1")
                    .setPort(gateway.port())
                    .setURI("/v2/models/sums/stream");
            List<JsonObject> answers = Waiting.await(StreamExample.predict(client, place, requests));
            for (int i = 0; i < REQUESTS; i++) {
                JsonObject output = answers.get(i).getJsonArray("outputs").getJsonObject(0);
                assertEquals(i + 1, output.getJsonArray("data").getInteger(0));
            }
            gateway.awaitNothingInFlight();
        } finally {
            Waiting.await(vertx.close());
        }
    }

    @Test
    void standsInThePageAsItIsRun() throws IOException {
        String source = Files.readString(
                Path.of("src/test/java", StreamExample.class.getName().replace('.', '/') + ".java"));
        String example = source.substring(source.indexOf("// example\n") + "// example\n".length());
        String page = Files.readString(Path.of("../docs/streaming.md"));
        assertTrue(page.contains("```java\n" + example + "```\n"), "docs/streaming.md has another example");
    }
}

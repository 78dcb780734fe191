package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BareServerIT {

    private final BareServer server = new BareServer();

    @AfterEach
    void stop() throws Exception {
        await(server.stop());
    }

    @Test
    void everyLoopAnswersTheSameNumberOfBytesWhateverTheBody() throws Exception {
        int port = await(server.start(0, 2, 250));
        for (int bodyBytes : new int[] {0, 1, 8_692, 300_000}) {
            HttpResponse<byte[]> answer = post(port, bodyBytes);
            assertEquals(200, answer.statusCode());
            assertEquals(250, answer.body().length);
            assertEquals(
                    "application/json",
                    answer.headers().firstValue("content-type").orElse(""));
        }
    }

    @Test
    void anAnswerTooShortForJsonIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> server.start(0, 1, 10));
    }

    private static HttpResponse<byte[]> post(int port, int bodyBytes) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v2/models/m/infer"))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[bodyBytes]))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}

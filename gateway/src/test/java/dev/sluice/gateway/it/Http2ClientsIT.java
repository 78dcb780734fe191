package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 with clients as they are: by prior knowledge (Vert.x), and by upgrade from HTTP/1.1 (the JDK). */
class Http2ClientsIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final int MAX_STREAMS = 8;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "http.max_concurrent_streams=" + MAX_STREAMS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static HttpClient upgrading() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
    }

    private static CompletableFuture<HttpResponse<String>> post(HttpClient client, String body) {
        return client.sendAsync(
                gateway.request(SUMS).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    /** The request that asks for the upgrade has a body, which comes as HTTP/1.1 and is answered as HTTP/2. */
    @ParameterizedTest
    @ValueSource(ints = {0, 100_000, 5_000_000})
    void answersTheRequestThatAsksForTheUpgrade(int padding) {
        try (HttpClient client = upgrading()) {
            HttpResponse<String> answer = Waiting.await(post(client, Requests.sums(2, 3) + " ".repeat(padding)));
            assertEquals(HttpClient.Version.HTTP_2, answer.version());
            assertEquals(5, Answer.of(answer).data().getInteger(0));
            HttpResponse<String> next = Waiting.await(post(client, Requests.sums(3, 4) + " ".repeat(padding)));
            assertEquals(HttpClient.Version.HTTP_2, next.version());
            assertEquals(7, Answer.of(next).data().getInteger(0));
        }
    }

    @Test
    void refusesTheRequestThatAsksForTheUpgradeLikeAnyOther() {
        try (HttpClient client = upgrading()) {
            HttpResponse<String> refusal = Waiting.await(post(client, "{"));
            assertEquals(HttpClient.Version.HTTP_2, refusal.version());
            Answer.of(refusal).error(400);
            assertEquals(200, Waiting.await(post(client, Requests.sums(1, 2))).statusCode());
        }
    }

    /** Only the first request of a connection can change its protocol; later offers are passed over, as they may be. */
    @Test
    void passesOverALaterOfferToUpgrade() throws IOException {
        String offer = "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n";
        String body = Requests.sums(2, 3);
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.post(SUMS, body);
            assertEquals(200, connection.answer().status());
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\n" + offer + "content-length: " + body.length()
                    + "\r\n\r\n" + body);
            assertEquals(5, connection.answer().data().getInteger(0));
        }
    }

    @Test
    void answersManyAtOnceOnOneConnectionThatTakesOnlyAFew() {
        try (HttpClient client = upgrading()) {
            Waiting.await(post(client, Requests.sums(0, 0)));
            List<CompletableFuture<HttpResponse<String>>> sent = IntStream.range(0, MAX_STREAMS)
                    .mapToObj(i -> post(client, Requests.sums(i, 1)))
                    .toList();
            for (int i = 0; i < sent.size(); i++) {
                assertEquals(i + 1, Answer.of(Waiting.await(sent.get(i))).data().getInteger(0));
            }
        }
    }

    /** Far more than one connection may have open: the client keeps the rest back until it is their turn. */
    @Test
    void speaksToClientsThatKnowBeforehand() {
        Vertx vertx = Vertx.vertx();
        HttpClientOptions options =
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
        io.vertx.core.http.HttpClient client = vertx.createHttpClient(options, new PoolOptions().setHttp2MaxSize(1));
        try {
            List<Future<Buffer>> answers = IntStream.range(0, 20 * MAX_STREAMS)
                    .mapToObj(i -> client.request(HttpMethod.POST, gateway.port(), "127.0.0.1", SUMS)
                            .compose(request -> request.send(Requests.sums(i, 1) + " ".repeat(i % 7 * 50_000)))
                            .compose(Http2ClientsIT::body))
                    .toList();
            for (int i = 0; i < answers.size(); i++) {
                Buffer answer = Waiting.await(answers.get(i));
                assertTrue(answer.toString().contains("\"data\":[" + (i + 1) + ","), answer.toString());
            }
        } finally {
            Waiting.await(client.close().transform(closed -> vertx.close()));
        }
    }

    private static Future<Buffer> body(HttpClientResponse response) {
        assertEquals(HttpVersion.HTTP_2, response.version());
        assertNull(response.getHeader("connection"));
        return response.body();
    }

    @Test
    void saysHowManyStreamsAConnectionMayHave() {
        Vertx vertx = Vertx.vertx();
        HttpClientOptions options =
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false);
        io.vertx.core.http.HttpClient client = vertx.createHttpClient(options);
        try {
            HttpClientRequest request =
                    Waiting.await(client.request(HttpMethod.GET, gateway.port(), "127.0.0.1", "/v2"));
            assertEquals(MAX_STREAMS, request.connection().remoteSettings().getMaxConcurrentStreams());
            assertEquals(200, Waiting.await(request.send()).statusCode());
        } finally {
            Waiting.await(client.close().transform(closed -> vertx.close()));
        }
    }
}

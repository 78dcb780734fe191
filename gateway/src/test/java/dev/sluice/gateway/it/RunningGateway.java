package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.Gateway;
import dev.sluice.gateway.config.GatewayConfig;
import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Future;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A gateway in this process on a free port, with a client; ended with the test that started it. */
final class RunningGateway implements AutoCloseable {

    private final Gateway gateway;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private RunningGateway(Gateway gateway) {
        this.gateway = gateway;
    }

    /** @param settings as in {@code worker.instances=1} */
    static RunningGateway start(Path models, String... settings) {
        return new RunningGateway(Waiting.await(Gateway.start(config(models, settings))));
    }

    static GatewayConfig config(Path models, String... settings) {
        List<Assignment> overrides = new ArrayList<>();
        overrides.add(new Assignment("test", "worker.models", models.toString()));
        overrides.add(new Assignment("test", "http.port", "0"));
        overrides.add(new Assignment("test", "worker.profile_cache", "none"));
        overrides.add(new Assignment("test", "worker.optimized_models.cache", "none"));
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            overrides.add(new Assignment("test", setting.substring(0, equals), setting.substring(equals + 1)));
        }
        return Settings.of(GatewayConfig.class).overrides(overrides).load();
    }

    int port() {
        return gateway.port();
    }

    int grpcPort() {
        return gateway.grpcPort();
    }

    int adminPort() {
        return gateway.adminPort();
    }

    /** The port of the listener at that place of {@code compat.listeners}. */
    int profilePort(int place) {
        return gateway.profilePorts().get(place);
    }

    /** Complete when an operator has asked for it. */
    Future<Void> askedToStop() {
        return gateway.askedToStop();
    }

    /** What operators are answered; {@code body} may be empty. */
    Answer admin(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort() + path))
                .timeout(Waiting.PATIENCE)
                .method(method, BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return Waiting.await(send(request.build()));
    }

    Answer post(String path, String body, String... headers) {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return Waiting.await(send(request.build()));
    }

    Future<Void> stop() {
        return gateway.stop();
    }

    HttpRequest.Builder request(String path) {
        return request(port(), path);
    }

    HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Waiting.PATIENCE);
    }

    CompletableFuture<Answer> send(HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofString()).thenApply(Answer::of);
    }

    HttpResponse<byte[]> sendForBytes(HttpRequest request) {
        return Waiting.await(client.sendAsync(request, BodyHandlers.ofByteArray()));
    }

    Answer get(String path) {
        return Waiting.await(send(request(path).build()));
    }

    Answer infer(String model, String body) {
        return Waiting.await(inferLater(model, body));
    }

    /** Which version of a model answers that request. */
    String versionThatAnswers(String model, String body) {
        Answer answer = infer(model, body);
        assertEquals(200, answer.status(), answer.body());
        return answer.json().getString("model_version");
    }

    CompletableFuture<Answer> inferLater(String model, String body) {
        return send(request("/v2/models/" + model + "/infer")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    MetricsPage metrics() {
        Answer page = get("/metrics");
        assertEquals(200, page.status(), page.body());
        return new MetricsPage(page.body());
    }

    /** Nothing is lost and nothing is left over: every permit has come back, and every byte. */
    void awaitNothingInFlight() {
        Waiting.until("nothing in flight", () -> metrics().value("sluice_in_flight_requests") == 0);
        Waiting.until("nothing held", () -> metrics().value("sluice_held_body_bytes") == 0);
    }

    @Override
    public void close() {
        Waiting.await(gateway.stop());
        client.shutdownNow();
        client.close();
    }
}

package dev.sluice.loadtest.wire;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/**
 * Asks a server what it serves, before a run.
 *
 * @thread any; waits for the answers
 * @errors {@link IllegalArgumentException} with a sentence for the user
 */
public final class Discovery {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OK = 200;

    private final Target target;

    public Discovery(Target target) {
        this.target = target;
    }

    /** The model of that name. */
    public ModelInfo model(String name) throws InterruptedException {
        HttpResponse<String> answer = send("GET", "/v2/models/" + name);
        if (answer.statusCode() != OK) {
            throw new IllegalArgumentException(target.url() + " does not serve " + name + ": " + answer.body());
        }
        try {
            return ModelInfo.of(new JsonObject(answer.body()));
        } catch (DecodeException | ClassCastException | NullPointerException strange) {
            throw new IllegalArgumentException(
                    target.url() + " does not speak the Open Inference Protocol: " + answer.body(), strange);
        }
    }

    /** The names of all models that are ready. */
    public List<String> readyModels() throws InterruptedException {
        HttpResponse<String> answer = send("POST", "/v2/repository/index");
        if (answer.statusCode() != OK) {
            throw new IllegalArgumentException(target.url() + " does not list its models: " + answer.body());
        }
        return new JsonArray(answer.body())
                .stream()
                        .map(JsonObject.class::cast)
                        .filter(model -> "READY".equals(model.getString("state")))
                        .map(model -> model.getString("name"))
                        .distinct()
                        .toList();
    }

    /** The page that Prometheus reads. */
    public String metrics() throws InterruptedException {
        HttpResponse<String> answer = send("GET", "/metrics");
        if (answer.statusCode() != OK) {
            throw new IllegalArgumentException(target.url() + " has no metrics: " + answer.body());
        }
        return answer.body();
    }

    private HttpResponse<String> send(String method, String path) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(target.url() + path))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(PATIENCE)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException unreachable) {
            throw new IllegalArgumentException(
                    "nothing answers at " + target.url() + " (" + unreachable + "). Start it with ./sluice serve",
                    unreachable);
        }
    }
}

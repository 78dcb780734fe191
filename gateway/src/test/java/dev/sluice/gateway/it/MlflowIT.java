package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** MLflow's scoring server answers as recorded, for one model after the other: its clients name none. */
class MlflowIT {

    private static final List<String> MODELS =
            List.of("fares", "sklearn-iris", "picture", "names", "halves", "uneven", "broken");
    private static final int FEWEST = 57;

    @TempDir
    static Path models;

    private static final Map<String, RunningGateway> GATEWAYS = new HashMap<>();

    @BeforeAll
    static void start() {
        Path root = CompatModels.in(models).root();
        for (String model : MODELS) {
            GATEWAYS.put(model, start(root, model));
        }
    }

    private static RunningGateway start(Path root, String model) {
        return RunningGateway.start(
                root, "worker.instances=1", "http.default_model=" + model, "compat.listeners=[\"mlflow: 0\"]");
    }

    private static RunningGateway gateway(String model) {
        return Objects.requireNonNull(GATEWAYS.get(model), model);
    }

    @AfterAll
    static void stop() {
        GATEWAYS.values().forEach(gateway -> {
            gateway.awaitNothingInFlight();
            gateway.close();
        });
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecorded() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String model : MODELS) {
            RunningGateway gateway = gateway(model);
            RecordedPairs.tests(RecordedPairs.read("mlflow/" + model + ".txt"), gateway, gateway.profilePort(0))
                    .forEach(tests::add);
        }
        assertTrue(tests.size() >= FEWEST, tests.size() + " pairs");
        return tests.stream();
    }

    @Test
    void tellsThatItsModelIsThere() {
        RunningGateway gateway = gateway("fares");
        for (String path : List.of("/ping", "/health")) {
            Answer answer = Waiting.await(
                    gateway.send(gateway.request(gateway.profilePort(0), path).build()));
            assertEquals("200 \n", answer.status() + " " + answer.body());
            assertEquals("application/json", answer.header("content-type"));
        }
    }

    @Test
    void tellsOnlyItsVersion() {
        RunningGateway gateway = gateway("fares");
        Answer answer = Waiting.await(
                gateway.send(gateway.request(gateway.profilePort(0), "/version").build()));
        assertEquals(gateway.get("/v2").json().getString("version"), answer.body());
    }

    @Test
    void withoutANameAndWithSeveralModelsNoneAnswers() {
        try (RunningGateway gateway = RunningGateway.start(models, "compat.profile=mlflow")) {
            Answer answer = gateway.post("/invocations", "{\"instances\": [1]}", "content-type", "application/json");
            assertNamesNone(answer);
            assertNamesNone(gateway.get("/ping"));
            assertNamesNone(gateway.get("/health"));
        }
    }

    private static void assertNamesNone(Answer answer) {
        assertEquals(404, answer.status(), answer.toString());
        assertEquals("RESOURCE_DOES_NOT_EXIST", answer.json().getString("error_code"));
        assertTrue(answer.json().getString("message").contains("http.default_model"), answer.body());
    }
}

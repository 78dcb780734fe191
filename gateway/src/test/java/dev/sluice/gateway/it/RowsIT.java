package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows become tensors by the columns that model.yaml declares, whatever protocol they come by. */
class RowsIT {

    private static final Path OWN = Places.ROOT.resolve("gateway/src/test/resources/compat/models");
    private static final String JSON = "application/json";
    private static final String CSV = "text/csv";

    @TempDir
    Path root;

    private Repository model(String name, String input) {
        return new Repository(root)
                .with(name, "1", OWN.resolve(name).resolve("1/model.onnx"))
                .config(name, "transform:\n  input:\n    " + input + "\n");
    }

    private static String predict(RunningGateway gateway, String type, String body) {
        return gateway.post("/predict", body, "content-type", type).body();
    }

    @Test
    void columnsOfTheOneInputHaveTheDeclaredOrder() {
        model("matrix", "{kind: rows, columns: [a, b, c]}");
        try (RunningGateway gateway = RunningGateway.start(root)) {
            String answer = "{\"outputs\":{\"y\":[[1.0,2.0,3.0],[4.0,5.0,6.0]]}}";
            assertEquals(
                    answer, predict(gateway, JSON, "{\"rows\":[{\"c\":3,\"a\":1,\"b\":2},{\"a\":4,\"b\":5,\"c\":6}]}"));
            assertEquals(answer, predict(gateway, JSON, "{\"rows\": [[1, 2, 3], [4, 5, 6]]}"));
            assertEquals(answer, predict(gateway, CSV, "b,c,a\n2,3,1\n5,6,4\n"));
            assertEquals(
                    "rows[1]: Model is missing inputs ['b']. Note that there were extra inputs: ['d'].",
                    gateway.post(
                                    "/predict",
                                    "{\"rows\":[{\"a\":1,\"b\":2,\"c\":3},{\"a\":1,\"d\":2,\"c\":3}]}",
                                    "content-type",
                                    JSON)
                            .error(400));
            assertEquals(
                    "line 3: Incompatible input types for column b: expected a number and found x",
                    gateway.post("/predict", "a,b,c\n1,2,3\n1,x,3\n", "content-type", CSV)
                            .error(400));
            assertEquals(
                    "body: is a list; expected {\"rows\": [...]}",
                    gateway.post("/predict", "[[1, 2, 3]]", "content-type", JSON)
                            .error(400));
            assertEquals(
                    "lines: unknown; expected rows",
                    gateway.post("/predict", "{\"lines\": [[1, 2, 3]]}", "content-type", JSON)
                            .error(400));
            assertEquals("{\"outputs\":{\"y\":[[1.0,2.0,3.0]]}}", predict(gateway, JSON, "{\"data\": [[1, 2, 3]]}"));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void theOtherProtocolsHoldToItToo() {
        model("matrix", "{kind: rows, columns: [a, b, c]}");
        try (RunningGateway gateway =
                RunningGateway.start(root, "compat.listeners=[\"mlflow: 0\", \"sagemaker: 0\"]")) {
            for (int place = 0; place < 2; place++) {
                Answer answer = Waiting.await(gateway.send(gateway.request(gateway.profilePort(place), "/invocations")
                        .header("content-type", JSON)
                        .POST(BodyPublishers.ofString(
                                "{\"dataframe_split\": {\"columns\": [\"c\", \"a\", \"b\"], \"data\": [[3, 1, 2]]}}"))
                        .build()));
                assertEquals("{\"predictions\":[[1.0,2.0,3.0]]}", answer.body());
            }
        }
    }

    @Test
    void inputsMayBeCalledOtherwise() {
        model("fares", "{kind: rows, columns: [years, class, town, card]}");
        try (RunningGateway gateway = RunningGateway.start(root)) {
            assertEquals(
                    "{\"outputs\":{\"fare\":[39.0],\"city_out\":[[\"Rome\"]]}}",
                    predict(gateway, CSV, "town,years,card,class\nRome,30,True,1"));
        }
    }

    @Test
    void aDeclarationThatContradictsTheModelFailsItWithItsLine() {
        model("sklearn-iris", "kind: rows\n    columns: [a, b, c]");
        new Repository(root)
                .with("picture", "1", OWN.resolve("picture/1/model.onnx"))
                .config("picture", "transform:\n  input:\n    kind: rows\n")
                .with("twice", "1", OWN.resolve("sklearn-iris/1/model.onnx"))
                .config("twice", "transform:\n  input:\n    kind: rows\n    columns: [a, b, b, c]\n");
        try (RunningGateway gateway = RunningGateway.start(root)) {
            String models = gateway.get("/v2/models").body();
            assertTrue(models.contains("model.yaml:4: transform.input.columns: names 3, and the model has 4"), models);
            assertEquals(
                    2,
                    models.split("transform.input.columns: ", -1).length - 1,
                    "a problem of a list is said once: " + models);
            assertTrue(models.contains("transform.input.columns: names b more than once (got a, b, b, c)"), models);
            assertTrue(
                    models.contains("model.yaml:3: transform.input.kind: rows become inputs with one element"), models);
        }
    }
}

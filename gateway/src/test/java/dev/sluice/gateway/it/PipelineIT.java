package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models made of models are asked as any other, over each protocol, and refused when they make no sense. */
class PipelineIT {

    private static final String ENSEMBLE = """
            name: "ensemble"
            platform: "ensemble"
            max_batch_size: 8
            input [ { name: "WHICH" data_type: TYPE_INT64 dims: [] } ]
            output [ { name: "RESULT" data_type: TYPE_FP32 dims: [] } ]
            ensemble_scheduling {
              step [
                {
                  model_name: "pick"
                  model_version: -1
                  input_map { key: "index" value: "WHICH" }
                  output_map { key: "y" value: "found" }
                },
                {
                  model_name: "half"
                  model_version: 1
                  input_map { key: "x" value: "found" }
                  output_map { key: "y" value: "RESULT" }
                }
              ]
            }
            """;

    private static final String ENSEMBLE_OF_ANOTHER_TYPE = """
            platform: "ensemble"
            input [ { name: "W" data_type: TYPE_INT64 dims: [ -1 ] } ]
            output [ { name: "R" data_type: TYPE_FP32 dims: [ -1 ] } ]
            ensemble_scheduling {
              step [ {
                  model_name: "half"
                  input_map { key: "x" value: "W" }
                  output_map { key: "y" value: "R" }
              } ]
            }
            """;

    @TempDir
    private Path folder;

    private static String data(Answer answer, int output) {
        return answer.outputs().getJsonObject(output).getJsonArray("data").encode();
    }

    @Test
    void aChainAnswersAsOneModel() throws IOException {
        Pipelines.chain(folder);
        Files.delete(folder.resolve("chain/1")); // nor is that needed
        try (RunningGateway gateway = Pipelines.start(folder)) {
            Answer answer = gateway.infer("chain", Pipelines.which(4, 0));
            assertEquals("[6.0,0.0]", data(answer, 0));
            assertEquals("[4.5,3.0]", data(answer, 1));
            assertEquals("1", answer.json().getString("model_version"));
            JsonObject metadata = gateway.get("/v2/models/chain").json();
            assertEquals("ensemble", metadata.getString("platform"));
            assertEquals(
                    "[{\"name\":\"which\",\"datatype\":\"INT64\",\"shape\":[-1]}]",
                    metadata.getJsonArray("inputs").encode());
            JsonObject statistics = gateway.get("/v2/models/chain/stats")
                    .json()
                    .getJsonArray("model_stats")
                    .getJsonObject(0);
            assertEquals(2, statistics.getInteger("inference_count"));
            assertEquals(1, statistics.getInteger("execution_count"));
            assertEquals(
                    4,
                    gateway.get("/v2/models/half/stats")
                            .json()
                            .getJsonArray("model_stats")
                            .getJsonObject(0)
                            .getInteger("inference_count"),
                    "its stages count what they do, whoever asked");
            assertTrue(gateway.get("/v2/models/chain/batching").error(400).contains("ask the models of its stages"));
            JsonObject config = gateway.get("/v2/models/chain/config").json();
            assertEquals("", config.getString("backend"));
            assertTrue(!config.containsKey("instance_group") && !config.containsKey("dynamic_batching"));
            assertEquals(1, gateway.metrics().value("sluice_requests_total", "model=\"chain\"", "outcome=\"success\""));
            Answer instances = gateway.admin("PUT", "/admin/v1/models/chain/instances", "{\"instances\":3}");
            assertTrue(instances.error(400).contains("has no instances of its own"), instances.body());
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void onlyWhatIsWantedIsRun() {
        Pipelines.chain(folder);
        try (RunningGateway gateway = Pipelines.start(folder)) {
            String body = Pipelines.which(2);
            Answer answer =
                    gateway.infer("chain", body.substring(0, body.length() - 1) + ",\"outputs\":[{\"name\":\"y\"}]}");
            assertEquals("[3.0]", data(answer, 0));
            assertEquals(1, answer.outputs().size());
            assertEquals(0, gateway.metrics().value("sluice_batch_rows_count", "model=\"half\""));
        }
    }

    @Test
    void otherProtocolsAskItAsWell() {
        Pipelines.chain(folder);
        try (RunningGateway gateway = Pipelines.start(folder);
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            ByteBuffer four = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            four.putLong(0, 4);
            ModelInferRequest request = ModelInferRequest.newBuilder()
                    .setModelName("chain")
                    .addInputs(InferInputTensor.newBuilder()
                            .setName("which")
                            .setDatatype("INT64")
                            .addShape(1))
                    .addRawInputContents(ByteString.copyFrom(four))
                    .build();
            ModelInferResponse answer =
                    caller.call(GrpcCaller.INFERENCE, "ModelInfer", request).as(ModelInferResponse.parser());
            assertEquals(
                    4.5f,
                    answer.getRawOutputContents(1)
                            .asReadOnlyByteBuffer()
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getFloat());
            assertEquals("result", answer.getOutputs(1).getName());
        }
    }

    @Test
    void whatIsWrongWithARequestIsSaidWithTheStage() {
        Pipelines.chain(folder);
        try (RunningGateway gateway = Pipelines.start(folder)) {
            String beyond = gateway.infer("chain", Pipelines.which(11)).error(400);
            assertTrue(beyond.startsWith("stage number (pick): inputs: "), beyond);
            assertTrue(gateway.infer("chain", Requests.pick(1)).error(400).contains("index"));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void aPipelineThatMakesNoSenseIsRefusedWithItsLines() {
        Pipelines.chain(folder)
                .with("sums")
                .with("echo")
                .config("echo", "pipeline: {stages: [a = half(x)], outputs: [a.y]}")
                .empty("typed", "1")
                .config("typed", """
                        pipeline:
                          stages:
                            - number = pick(which)
                            - sum = sums(IN0=number, IN1=number)
                          outputs: [sum.OUT0, s=sum.OUT9]
                        """);
        try (RunningGateway gateway = Pipelines.start(folder)) {
            assertEquals(200, gateway.infer("chain", Pipelines.which(1)).status());
            assertEquals(
                    "echo/model.yaml: a pipeline has no model file of its own, and this version has one",
                    Pipelines.reason(gateway, "echo"));
            assertEquals(
                    "typed/model.yaml:4: pipeline.stages: takes IN0 INT32[-1,4], and number is FP32[-1] (sum ="
                            + " sums(IN0=number, IN1=number))\n"
                            + "typed/model.yaml:5: pipeline.outputs: speaks of sum.OUT9, which is not among what sum"
                            + " gives: [OUT0 INT32[-1,4], OUT1 INT32[-1,4]] (s=sum.OUT9)",
                    Pipelines.reason(gateway, "typed"));
        }
    }

    @Test
    void noPipelineWaitsForWhatNeverComes() {
        Repository models = Pipelines.chain(folder)
                .empty("lost", "1")
                .config("lost", "pipeline: {stages: [a = hlaf(x)], outputs: [a.y]}")
                .empty("round", "1")
                .config("round", "pipeline: {stages: [a = about(which)], outputs: [a.y]}")
                .empty("about", "1")
                .config("about", "pipeline: {stages: [a = round(which)], outputs: [a.y]}");
        try (RunningGateway gateway = Pipelines.start(folder)) {
            assertEquals(
                    "lost/model.yaml:1: pipeline.stages: stage a: model hlaf is not there, or not in memory (a ="
                            + " hlaf(x))",
                    Pipelines.reason(gateway, "lost"));
            assertEquals(
                    "round/model.yaml:1: pipeline.stages: stage a: model about waits for model round itself (a ="
                            + " about(which))",
                    Pipelines.reason(gateway, "round"));
            models.config("lost", "pipeline: {stages: [a = half(x)], outputs: [a.y]}");
            Pipelines.awaitReady(gateway, "lost");
        }
    }

    @Test
    void versionsMayHaveAPipelineEachAndBeTriedLikeAnyOther() throws IOException {
        Pipelines.chain(folder).config("chain", "versions: [all]\nversion_labels: [old=1]\n");
        Files.writeString(
                folder.resolve("chain/1/pipeline.yaml"), "stages: [a = pick(which)]\noutputs: [result=a.y]\n");
        Files.createDirectories(folder.resolve("chain/2"));
        Files.writeString(
                folder.resolve("chain/2/pipeline.yaml"),
                "stages: [a = chain/1(which), b = half(a)]\noutputs: [result=b.y]\n");
        try (RunningGateway gateway = Pipelines.start(folder)) {
            assertEquals(
                    "chain/2/pipeline.yaml:1: stages: stage a: model chain waits for model chain itself (a ="
                            + " chain/1(which))",
                    Pipelines.reason(gateway, "chain"));
            Files.writeString(
                    folder.resolve("chain/2/pipeline.yaml"),
                    "stages: [a = pick(which), b = half(a)]\noutputs: [result=b.y]\n");
            Waiting.until(
                    "version 2 answers",
                    () -> "2"
                            .equals(gateway.infer("chain", Pipelines.which(4))
                                    .json()
                                    .getString("model_version")));
            assertEquals("[5.0]", data(gateway.infer("chain", Pipelines.which(4)), 0));
            assertEquals("[6.0]", data(gateway.infer("chain/versions/1", Pipelines.which(4)), 0));
            assertEquals("[6.0]", data(gateway.infer("chain/versions/old", Pipelines.which(4)), 0));
        }
    }

    @Test
    void pipelinesHaveSwitchesAndOtherPipelinesInThem() {
        Pipelines.chain(folder).empty("sure", "1").config("sure", """
                        pipeline:
                          stages:
                            - inner = chain(which=which)
                            - more = half(inner.result) if inner.y < 5
                          outputs: [result = more.y else inner.result]
                        """);
        try (RunningGateway gateway = Pipelines.start(folder)) {
            assertEquals("[4.5]", data(gateway.infer("sure", Pipelines.which(4)), 0));
            assertEquals("[3.5]", data(gateway.infer("sure", Pipelines.which(0)), 0));
            assertEquals("[3.5,4.5,3.5]", data(gateway.infer("sure", Pipelines.which(0, 4, 0)), 0), "row by row");
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void aPictureInAndALabelOut() throws IOException {
        new Repository(folder)
                .with("digits", "1", Places.DEMO_MODELS.resolve("digits/1/model.onnx"))
                .empty("reader", "1")
                .config(
                        "reader",
                        Files.readString(Places.DEMO_MODELS.resolve("digits/model.yaml"))
                                + "pipeline: {stages: [digit = digits(image=drawing)], outputs: [digit.probabilities]}\n");
        try (RunningGateway gateway = Pipelines.start(folder)) {
            Answer answer = Waiting.await(gateway.send(gateway.request("/models/reader/predict")
                    .POST(BodyPublishers.ofFile(Places.DEMO_DIGITS.resolve("7.png")))
                    .build()));
            assertEquals("7", answer.json().getString("label"), answer.body());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pipeline: 5|model.yaml:1: pipeline: is a single value",
                "pipeline:|model.yaml:1: pipeline: says nothing (expected stages and outputs)",
                "pipeline: {}|model.yaml:1: pipeline: says nothing (expected stages and outputs)",
                "pipeline:;  stages: []|model.yaml:2: pipeline: says nothing (expected stages and outputs)",
                "pipeline:;  stages: [];  outputs: [y]|model.yaml:3: pipeline.outputs: a pipeline has no stages",
                "pipeline:;  stages: [a = b(c)]|model.yaml:2: pipeline.stages: a pipeline has no outputs",
                "pipeline:;  stages: 7|model.yaml:2: pipeline.stages: ",
                "pipeline:;  stages:;    a: half_plus_two|model.yaml:3: pipeline.stages: is a section",
                "pipeline:;\tstages: [a]|model.yaml:2: not valid YAML",
                "pipelines:;  stages: [a]|model.yaml:1: pipelines: is not a setting; did you mean pipeline?"
            })
    void aFileThatCannotBeUnderstoodFailsWithItsLineEvenAlone(String yaml, String reason) throws IOException {
        Files.createDirectory(folder.resolve("flower"));
        Files.writeString(folder.resolve("flower/model.yaml"), yaml.replace(';', '\n'));
        try (RunningGateway gateway = Pipelines.start(folder)) {
            String told = Pipelines.reason(gateway, "flower");
            assertTrue(told.contains(reason), told);
            assertEquals(503, gateway.get("/v2/models/flower/ready").status());
        }
    }

    @Test
    void whoComesFromTritonBringsTheirEnsembleAlong() {
        new Repository(folder)
                .with("pick")
                .with("half", "1", Pipelines.HALF)
                .empty("ensemble", "1")
                .triton("ensemble", ENSEMBLE)
                .empty("wrong", "1")
                .triton("wrong", ENSEMBLE_OF_ANOTHER_TYPE);
        try (RunningGateway gateway = Pipelines.start(folder)) {
            String body = Pipelines.which(4).replace("which", "WHICH");
            Answer answer = gateway.infer("ensemble", body);
            assertEquals("[5.0]", data(answer, 0));
            assertEquals("RESULT", answer.outputs().getJsonObject(0).getString("name"));
            assertTrue(
                    Pipelines.reason(gateway, "wrong")
                            .contains("config.pbtxt:2: input W: data_type: the model has W FP32[-1]"),
                    Pipelines.reason(gateway, "wrong"));
        }
    }
}

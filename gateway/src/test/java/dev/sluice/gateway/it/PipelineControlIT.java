package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.gateway.front.grpc.wire.ModelRepositoryParameter;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadResponse;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where operators say what is in memory, a pipeline comes with the models of its stages, and may go with them, as with Triton. */
class PipelineControlIT {

    private static final String WITH_STAGES = "{\"parameters\":{\"unload_dependents\":true}}";

    @TempDir
    private Path folder;

    @BeforeEach
    void models() {
        fill(folder);
    }

    private static void fill(Path folder) {
        Pipelines.chain(folder)
                .empty("outer", "1")
                .config("outer", "pipeline: {stages: [a = chain(which=which)], outputs: [a.result]}")
                .empty("also", "1")
                .config("also", "pipeline: {stages: [a = pick(which)], outputs: [a.y]}");
    }

    private RunningGateway start(String... settings) {
        return start(folder, settings);
    }

    private static RunningGateway start(Path folder, String... settings) {
        String[] all = new String[settings.length + 2];
        all[0] = "worker.control.mode=explicit";
        all[1] = "http.model_control=true";
        System.arraycopy(settings, 0, all, 2, settings.length);
        return Pipelines.start(folder, all);
    }

    private static void tell(RunningGateway gateway, String model, String what, String body) {
        Answer answer = gateway.post("/v2/repository/models/" + model + "/" + what, body);
        assertEquals(200, answer.status(), answer.body());
    }

    private static List<String> ready(RunningGateway gateway) {
        return List.of("outer", "chain", "also", "pick", "half").stream()
                .filter(model -> gateway.get("/v2/models/" + model + "/ready").status() == 200)
                .toList();
    }

    @Test
    void aPipelineIsLoadedWithAllThatItAsks() {
        try (RunningGateway gateway = start()) {
            assertEquals(List.of(), ready(gateway));
            tell(gateway, "outer", "load", "");
            assertEquals(List.of("outer", "chain", "pick", "half"), ready(gateway));
            assertEquals(200, gateway.infer("outer", Pipelines.which(4)).status());
            tell(gateway, "outer", "unload", "");
            assertEquals(List.of("chain", "pick", "half"), ready(gateway));
        }
    }

    @Test
    void itsStagesGoWithItWhereThatIsWantedButNotThoseOfOthers() {
        try (RunningGateway gateway = start()) {
            tell(gateway, "outer", "load", "");
            tell(gateway, "also", "load", "");
            tell(gateway, "outer", "unload", WITH_STAGES);
            assertEquals(List.of("also", "pick"), ready(gateway));
            tell(gateway, "also", "unload", WITH_STAGES);
            assertEquals(List.of(), ready(gateway));
            tell(gateway, "half", "load", "");
            tell(gateway, "half", "unload", WITH_STAGES);
            assertEquals(List.of(), ready(gateway), "a model without stages is unloaded as ever");
        }
    }

    @Test
    void byGrpc() {
        try (RunningGateway gateway = start();
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            tell(gateway, "chain", "load", "");
            ModelRepositoryParameter word =
                    ModelRepositoryParameter.newBuilder().setStringParam("true").build();
            assertEquals(GrpcStatus.INVALID_ARGUMENT, unload(caller, word).status());
            assertEquals(List.of("chain", "pick", "half"), ready(gateway));
            ModelRepositoryParameter yes =
                    ModelRepositoryParameter.newBuilder().setBoolParam(true).build();
            unload(caller, yes).as(RepositoryModelUnloadResponse.parser());
            assertEquals(List.of(), ready(gateway));
        }
    }

    private static GrpcCaller.Reply unload(GrpcCaller caller, ModelRepositoryParameter withStages) {
        return caller.call(
                GrpcCaller.INFERENCE,
                "RepositoryModelUnload",
                RepositoryModelUnloadRequest.newBuilder()
                        .setModelName("chain")
                        .putParameters("unload_dependents", withStages)
                        .build());
    }

    @Test
    void aPipelineThatIsLoadedAtTheStartBringsThemToo() {
        try (RunningGateway gateway = start("worker.control.load=chain")) {
            assertEquals(List.of("chain", "pick", "half"), ready(gateway));
            assertEquals(200, gateway.infer("chain", Pipelines.which(4)).status());
        }
    }

    @Test
    void whatWasCopiedSinceTheStartIsLoadedWithItToo(@TempDir Path models) {
        try (RunningGateway gateway = start(models)) {
            fill(models);
            tell(gateway, "outer", "load", "");
            assertEquals(List.of("outer", "chain", "pick", "half"), ready(gateway));
            assertEquals(200, gateway.infer("outer", Pipelines.which(4)).status());
        }
    }

    @Test
    void nothingHasBeenSaidOfTheStagesWhereItIsRefused() throws IOException {
        Path model = folder.resolve("half/1/model.onnx");
        byte[] whole = Files.readAllBytes(model);
        Files.write(model, new byte[] {1, 2, 3});
        try (RunningGateway gateway = start()) {
            Answer refused = gateway.post("/v2/repository/models/outer/load", "");
            assertNotEquals(200, refused.status(), refused.body());
            Pipelines.awaitNotReady(gateway, "pick");
            Files.write(model, whole);
            tell(gateway, "outer", "load", "");
            assertEquals(List.of("outer", "chain", "pick", "half"), ready(gateway));
        }
    }
}

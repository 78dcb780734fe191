package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.front.grpc.wire.ModelRepositoryParameter;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadResponse;
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
        Pipelines.chain(folder)
                .empty("outer", "1")
                .config("outer", "pipeline: {stages: [a = chain(which=which)], outputs: [a.result]}")
                .empty("also", "1")
                .config("also", "pipeline: {stages: [a = pick(which)], outputs: [a.y]}");
    }

    private RunningGateway start(String... settings) {
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
            ModelRepositoryParameter yes =
                    ModelRepositoryParameter.newBuilder().setBoolParam(true).build();
            caller.call(
                            GrpcCaller.INFERENCE,
                            "RepositoryModelUnload",
                            RepositoryModelUnloadRequest.newBuilder()
                                    .setModelName("chain")
                                    .putParameters("unload_dependents", yes)
                                    .build())
                    .as(RepositoryModelUnloadResponse.parser());
            assertEquals(List.of(), ready(gateway));
        }
    }

    @Test
    void aPipelineThatIsLoadedAtTheStartBringsThemToo() {
        try (RunningGateway gateway = start("worker.control.load=chain")) {
            assertEquals(List.of("chain", "pick", "half"), ready(gateway));
            assertEquals(200, gateway.infer("chain", Pipelines.which(4)).status());
        }
    }
}

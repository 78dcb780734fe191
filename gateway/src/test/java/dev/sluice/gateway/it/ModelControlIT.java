package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.grpc.wire.ModelRepositoryParameter;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelLoadRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelLoadResponse;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryModelUnloadResponse;
import dev.sluice.gateway.it.GrpcCaller.Reply;
import io.vertx.grpc.common.GrpcStatus;
import org.junit.jupiter.api.Test;

/** Loading and unloading by the port that predictions are asked by, where that is on. */
class ModelControlIT {

    private static final String CONTROL = "/v2/repository/models/sums";
    private static final RepositoryModelLoadRequest LOAD =
            RepositoryModelLoadRequest.newBuilder().setModelName("sums").build();
    private static final RepositoryModelUnloadRequest UNLOAD =
            RepositoryModelUnloadRequest.newBuilder().setModelName("sums").build();

    private static RunningGateway start(String... settings) {
        return RunningGateway.start(Places.TEST_MODELS, settings);
    }

    @Test
    void isOffUnlessAskedFor() {
        try (RunningGateway gateway = start();
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            String error = gateway.post(CONTROL + "/unload", "").error(403);
            assertTrue(error.contains("http.model_control"), error);
            assertEquals(error, gateway.post(CONTROL + "/load", "").error(403));
            for (Reply reply : new Reply[] {
                caller.call(GrpcCaller.INFERENCE, "RepositoryModelUnload", UNLOAD),
                caller.call(GrpcCaller.INFERENCE, "RepositoryModelLoad", LOAD)
            }) {
                assertEquals(GrpcStatus.PERMISSION_DENIED, reply.status());
                assertEquals(error, reply.message());
            }
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            assertTrue(gateway.get("/v2").body().contains("\"model_repository(index)\""));
        }
    }

    @Test
    void byHttp() {
        try (RunningGateway gateway = start("http.model_control=true")) {
            assertTrue(gateway.get("/v2").body().contains("\"model_repository\""));
            gateway.post(CONTROL + "/unload", "", "origin", "http://evil.example.com")
                    .error(403);
            gateway.post("/v2/repository/models/nobody/load", "").error(404);
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            assertEquals(200, gateway.post(CONTROL + "/unload", "").status());
            gateway.infer("sums", Requests.sums(1, 2)).error(503);
            assertEquals(200, gateway.post(CONTROL + "/load", "{}").status());
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        }
    }

    @Test
    void byGrpc() {
        try (RunningGateway gateway = start("http.model_control=true");
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            caller.call(GrpcCaller.INFERENCE, "RepositoryModelUnload", UNLOAD)
                    .as(RepositoryModelUnloadResponse.parser());
            gateway.infer("sums", Requests.sums(1, 2)).error(503);
            caller.call(GrpcCaller.INFERENCE, "RepositoryModelLoad", LOAD).as(RepositoryModelLoadResponse.parser());
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            Reply unknown = caller.call(
                    GrpcCaller.INFERENCE,
                    "RepositoryModelLoad",
                    LOAD.toBuilder().setModelName("nobody").build());
            assertEquals(GrpcStatus.NOT_FOUND, unknown.status());
            Reply overridden = caller.call(
                    GrpcCaller.INFERENCE,
                    "RepositoryModelLoad",
                    LOAD.toBuilder()
                            .putParameters(
                                    "config",
                                    ModelRepositoryParameter.newBuilder()
                                            .setStringParam("{}")
                                            .build())
                            .build());
            assertEquals(GrpcStatus.INVALID_ARGUMENT, overridden.status());
            assertTrue(overridden.message().contains("parameters.config"), overridden.message());
        }
    }
}

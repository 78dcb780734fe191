package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.sluice.gateway.front.grpc.wire.ModelConfigRequest;
import dev.sluice.gateway.front.grpc.wire.ModelConfigResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients of Triton read from a model's configuration which of its versions are served, and why. */
class VersionPolicyIT {

    private static final Path MODEL = Places.TEST_MODELS.resolve("sums/1/model.onnx");
    private static final String SUMS = "/admin/v1/models/sums";

    @TempDir
    private Path root;

    private Repository repository;
    private RunningGateway gateway;
    private GrpcCaller caller;

    @BeforeEach
    void start() {
        repository = new Repository(root)
                .with("sums", "1", MODEL)
                .with("sums", "2", MODEL)
                .with("sums", "3", MODEL)
                .triton("sums", "version_policy { latest { num_versions: 2 } }");
        gateway = RunningGateway.start(
                root,
                "admin.port=-1",
                "worker.warm_up_budget=0s",
                "worker.control.poll=1h",
                "worker.control.settle=0s");
        caller = new GrpcCaller(gateway.port());
    }

    @AfterEach
    void stop() {
        caller.close();
        gateway.close();
    }

    private void command(String command, String body) {
        Answer answer = gateway.admin("POST", SUMS + "/" + command, body);
        assertEquals(200, answer.status(), answer.body());
    }

    /** Over gRPC as well, where the numbers of versions have the type that they have there. */
    private void assertShown(String policy) throws InvalidProtocolBufferException {
        JsonObject expected = new JsonObject(policy);
        JsonObject http = gateway.get("/v2/models/sums/config").json().getJsonObject("version_policy");
        assertEquals(expected, http);
        ModelConfigResponse response = caller.call(
                        GrpcCaller.INFERENCE,
                        "ModelConfig",
                        ModelConfigRequest.newBuilder().setName("sums").build())
                .as(ModelConfigResponse.parser());
        String grpc = JsonFormat.printer()
                .preservingProtoFieldNames()
                .omittingInsignificantWhitespace()
                .print(response.getConfig().getVersionPolicy());
        assertEquals(expected, new JsonObject(grpc.replaceAll("\"([0-9]+)\"", "$1")));
    }

    @Test
    void thePolicyIsThatOfTheFilesOfWhicheverKindAndAsTheyChange() throws Exception {
        assertShown("{\"latest\":{\"num_versions\":2}}");
        repository.config("sums", "versions: all\n");
        command("load", "");
        assertShown("{\"all\":{}}");
        repository.config("sums", "versions: [1, 3]\n");
        command("load", "");
        assertShown("{\"specific\":{\"versions\":[1,3]}}");
        repository.config("sums", "versions: latest\n");
        command("load", "");
        assertShown("{\"latest\":{\"num_versions\":1}}");
    }

    private String reason(int version) {
        return new JsonArray(gateway.post("/v2/repository/index", "{}").body())
                .stream()
                        .map(JsonObject.class::cast)
                        .filter(each -> each.getString("version").equals(Integer.toString(version)))
                        .map(each -> each.getString("state") + " " + each.getString("reason"))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void whatIsLeftOutSaysWhy() {
        assertEquals("UNAVAILABLE versions to be served: latest 2, as its files say, or by default", reason(1));
        command("serve", "{\"versions\":[1]}");
        assertEquals("READY ", reason(1));
        assertEquals("UNAVAILABLE versions to be served: 1, as an operator has said", reason(3));
        repository.with("sums", "4", MODEL);
        command("serve", "{\"versions\":[2]}");
        assertEquals("UNAVAILABLE versions to be served: 2, as an operator has said", reason(4), "that comes later");
        assertEquals("UNAVAILABLE versions to be served: 2, as an operator has said", reason(3), "another reason");
        command("unload", "");
        assertEquals("UNAVAILABLE an operator has unloaded the model", reason(2));
    }

    @Test
    void anOperatorsWordGoesBeforeThatOfTheFiles() throws Exception {
        command("serve", "{\"versions\":[2]}");
        assertShown("{\"specific\":{\"versions\":[2]}}");
        command("reset", "");
        assertShown("{\"latest\":{\"num_versions\":2}}");
    }
}

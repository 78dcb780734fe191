package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The example of docs/grpc.md for Java: it works, and it is the one that stands there. */
class GrpcExampleIT {

    private static String withoutBlanks(String text) {
        return text.replaceAll("\\s", "");
    }

    @Test
    void works() {
        Vertx vertx = Vertx.vertx();
        try (RunningGateway gateway = RunningGateway.start(Places.ROOT.resolve("conf/models"))) {
            ModelInferRequest digit = ModelInferRequest.newBuilder()
                    .setModelName("digits")
                    .addInputs(InferInputTensor.newBuilder()
                            .setName("image")
                            .setDatatype("FP32")
                            .addAllShape(List.of(1L, 1L, 28L, 28L)))
                    .addRawInputContents(ByteString.copyFrom(new byte[28 * 28 * Float.BYTES]))
                    .build();
            GrpcClient client = GrpcClient.client(vertx);
            Future<ModelInferResponse> called = client.request(
                            SocketAddress.inetSocketAddress(gateway.port(), "127.0.0.1"),
                            ServiceMethod.client(
                                    ServiceName.create("inference.GRPCInferenceService"),
                                    "ModelInfer",
                                    GrpcMessageEncoder.<ModelInferRequest>encoder(),
                                    GrpcMessageDecoder.<ModelInferResponse>decoder(
                                            ModelInferResponse.getDefaultInstance())))
                    .compose(request -> request.timeout(20, TimeUnit.SECONDS).send(digit))
                    .compose(GrpcClientResponse::last);
            ModelInferResponse answer = Waiting.await(called);
            assertEquals("probabilities", answer.getOutputs(0).getName());
        } finally {
            Waiting.await(vertx.close());
        }
    }

    /** But for the port, and for what is done with the answer. */
    @Test
    void standsInTheDocumentation() throws IOException {
        String own = withoutBlanks(Files.readString(
                Places.ROOT.resolve("gateway/src/test/java/dev/sluice/gateway/it/GrpcExampleIT.java")));
        String page = Files.readString(Places.ROOT.resolve("docs/grpc.md"));
        String example =
                withoutBlanks(page.substring(page.indexOf("```java\n") + 8, page.indexOf(".onSuccess(answer")));
        String here = example.replace("inetSocketAddress(8080,", "inetSocketAddress(gateway.port(),")
                .replace("client.request(", "Future<ModelInferResponse>called=client.request(");
        assertTrue(own.contains(here), here);
    }
}

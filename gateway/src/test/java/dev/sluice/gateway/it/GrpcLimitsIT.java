package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.grpc.wire.ErrorInfo;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import dev.sluice.gateway.front.grpc.wire.QuotaFailure;
import dev.sluice.gateway.front.grpc.wire.RetryInfo;
import dev.sluice.gateway.it.GrpcCaller.Reply;
import io.vertx.core.Future;
import io.vertx.grpc.common.GrpcStatus;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every front holds for gRPC: batches, quotas, room, fallbacks, ports. */
class GrpcLimitsIT {

    @TempDir
    Path models = Path.of(".");

    /** The batch leaves only with two rows, and each front sends one. */
    @Test
    void requestsOfBothFrontsRunInOneBatch() {
        new Repository(models).with("echo").config("echo", "preferred_batch_sizes: [2]\nmax_queue_delay: 1h\n");
        try (RunningGateway gateway = RunningGateway.start(models, "worker.instances=1");
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            CompletableFuture<Answer> http = gateway.inferLater("echo", Requests.echo(2.5f, 0));
            Future<Reply> grpc = caller.callLater(GrpcCaller.INFERENCE, "ModelInfer", GrpcRequests.echo(3.5f, 0));
            assertEquals(2.5f, Waiting.await(http).data().getFloat(0));
            ModelInferResponse response = Waiting.await(grpc).as(ModelInferResponse.parser());
            assertEquals(3.5f, GrpcRequests.fp32(response.getRawOutputContents(0)));
            assertEquals(1, gateway.metrics().value("sluice_batch_rows_count", "model=\"echo\""));
        }
    }

    @Test
    void whoIsOverItsQuotaIsToldSoAndUntilWhen() {
        try (RunningGateway gateway = RunningGateway.start(
                        Places.TEST_MODELS,
                        "limits.clients=[\"*: 2 requests/h\"]",
                        "admission.client_header=x-client");
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            Reply served = caller.infer(GrpcRequests.sums(1, 2), "x-client", "a");
            assertEquals(GrpcStatus.OK, served.status());
            assertEquals(
                    "\"requests\";q=2;w=3600",
                    served.metadata("ratelimit-policy").orElseThrow());
            String left = served.metadata("ratelimit").orElseThrow();
            assertTrue(left.startsWith("\"requests\";r=1;t="), left);
            assertEquals(
                    200,
                    Waiting.await(gateway.send(gateway.request("/v2/models/sums/infer")
                                    .header("x-client", "a")
                                    .POST(BodyPublishers.ofString(Requests.sums(1, 2)))
                                    .build()))
                            .status());
            Reply refused = caller.infer(GrpcRequests.sums(1, 2), "x-client", "a");
            assertEquals(GrpcStatus.RESOURCE_EXHAUSTED, refused.status());
            long pushback =
                    Long.parseLong(refused.metadata("grpc-retry-pushback-ms").orElseThrow());
            assertTrue(pushback > 0 && pushback <= 1_800_000, pushback + " ms");
            String none = refused.metadata("ratelimit").orElseThrow();
            assertTrue(none.startsWith("\"requests\";r=0;t="), none);
            RetryInfo retry = GrpcIT.unpack(refused, 1, RetryInfo.class);
            assertEquals(pushback / 1000, retry.getRetryDelay().getSeconds());
            QuotaFailure quota = GrpcIT.unpack(refused, 2, QuotaFailure.class);
            assertEquals(refused.message(), quota.getViolations(0).getDescription());
            assertEquals(
                    GrpcStatus.OK,
                    caller.infer(GrpcRequests.sums(1, 2), "x-client", "b").status());
        }
    }

    /** The pipe is full: a queue of one, an instance that is busy, and one more. */
    @Test
    void whoFindsNoRoomIsToldWhenToComeBack() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, "admission.max_in_flight_requests=1");
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            Future<Reply> running = caller.callLater(GrpcCaller.INFERENCE, "ModelInfer", GrpcRequests.slow(20_000));
            Waiting.until("running", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
            Reply refused = caller.infer(GrpcRequests.sums(1, 2));
            assertEquals(GrpcStatus.UNAVAILABLE, refused.status());
            assertTrue(refused.metadata("grpc-retry-pushback-ms").isPresent());
            assertEquals(
                    "OVERLOADED", GrpcIT.unpack(refused, 0, ErrorInfo.class).getReason());
            assertEquals(GrpcStatus.OK, Waiting.await(running).status());
        }
    }

    @Test
    void aPortOfItsOwn() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, "grpc.port=-1");
                GrpcCaller own = new GrpcCaller(gateway.grpcPort());
                GrpcCaller shared = new GrpcCaller(gateway.port())) {
            assertEquals(GrpcStatus.OK, own.infer(GrpcRequests.sums(1, 2)).status());
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
            assertThrows(AssertionError.class, () -> shared.infer(GrpcRequests.sums(1, 2)));
        }
    }

    @Test
    void switchedOff() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, "grpc.enabled=false");
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            assertThrows(AssertionError.class, () -> caller.infer(GrpcRequests.sums(1, 2)));
            assertEquals(0, gateway.grpcPort());
        }
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse.ServingStatus;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelStreamInferResponse;
import dev.sluice.gateway.front.grpc.wire.ServerReflectionRequest;
import dev.sluice.gateway.it.GrpcCaller.Reply;
import dev.sluice.gateway.it.RawHttp2.Frame;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Many requests on one stream: how each is answered, how many there may be, and how the stream ends. */
class GrpcStreamIT {

    private static final String STREAM = "ModelStreamInfer";

    private static RunningGateway start(String... settings) {
        return RunningGateway.start(Places.TEST_MODELS, settings);
    }

    private static void write(GrpcClientRequest<Buffer, Buffer> stream, MessageLite message) {
        Waiting.await(stream.write(Buffer.buffer(message.toByteArray())));
    }

    private static List<ModelStreamInferResponse> answers(Reply reply) {
        return reply.messages().stream()
                .map(message -> GrpcCaller.parse(ModelStreamInferResponse.parser(), message))
                .toList();
    }

    private static ModelInferRequest sums(int number) {
        return GrpcRequests.sums(number, 1).toBuilder()
                .setId(Integer.toString(number))
                .build();
    }

    @Test
    void answersEachAndEndsWithItsClient() {
        try (RunningGateway gateway = start();
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            var stream = caller.open(GrpcCaller.INFERENCE, STREAM);
            Future<Reply> reply = GrpcCaller.reply(stream);
            int count = 100;
            for (int i = 0; i < count; i++) {
                write(
                        stream,
                        i == 50 ? sums(i).toBuilder().setModelName("nobody").build() : sums(i));
            }
            stream.end();
            Reply all = Waiting.await(reply);
            assertEquals(GrpcStatus.OK, all.status());
            Set<String> ids = new HashSet<>();
            for (ModelStreamInferResponse answer : answers(all)) {
                var response = answer.getInferResponse();
                ids.add(response.getId());
                if (response.getId().equals("50")) {
                    assertTrue(answer.getErrorMessage().contains("nobody"), answer.getErrorMessage());
                    assertEquals(
                            "NOT_FOUND",
                            response.getParametersOrThrow("sluice_status").getStringParam());
                } else {
                    assertEquals("", answer.getErrorMessage());
                    assertEquals(
                            Integer.parseInt(response.getId()) + 1,
                            GrpcRequests.int32(response.getRawOutputContents(0)));
                }
            }
            assertEquals(count, ids.size());
            assertEquals(
                    99, gateway.metrics().value("sluice_requests_total", "protocol=\"grpc\"", "outcome=\"success\""));
        }
    }

    /** One at a time: although all came at once, none is in a batch with another. */
    @Test
    void readsNoFurtherThanItMay() throws IOException {
        try (RunningGateway gateway = start("grpc.max_stream_requests=1");
                RawHttp2 connection = new RawHttp2(gateway.port(), 1 << 20)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            int count = 16;
            for (int i = 0; i < count; i++) {
                all.write(GrpcRequests.framed(sums(i)));
            }
            connection.head(
                    1, "POST", "/" + GrpcCaller.INFERENCE + "/" + STREAM, false, "content-type", "application/grpc");
            connection.data(1, all.toByteArray(), true);
            assertEquals("200", connection.status(1));
            for (int i = 0; i < count; i++) {
                Frame data = connection.next();
                assertEquals(RawHttp2.DATA, data.type());
                byte[] message = Arrays.copyOfRange(data.payload(), 5, data.payload().length);
                var answer = GrpcCaller.parse(ModelStreamInferResponse.parser(), Buffer.buffer(message));
                assertEquals(Integer.toString(i), answer.getInferResponse().getId(), "in their order");
            }
            assertEquals(count, gateway.metrics().value("sluice_batch_rows_count", "model=\"sums\""));
            gateway.awaitNothingInFlight();
        }
    }

    /** An answer that is not taken holds its place, so that the stream is not read on; and not for ever. */
    @Test
    void isGivenUpWhenItsAnswersAreNotTaken() throws IOException {
        try (RunningGateway gateway = start("http.write_timeout=200ms");
                RawHttp2 connection = new RawHttp2(gateway.port(), 10)) {
            connection.head(
                    1, "POST", "/" + GrpcCaller.INFERENCE + "/" + STREAM, false, "content-type", "application/grpc");
            connection.data(1, GrpcRequests.framed(GrpcRequests.echo(new float[1000])), false);
            assertEquals("200", connection.status(1));
            assertEquals(10, connection.next().payload().length);
            Frame reset = connection.next();
            assertEquals(RawHttp2.RST_STREAM, reset.type());
            assertEquals(RawHttp2.CANCEL, reset.code());
            assertEquals(1, gateway.metrics().value("sluice_slow_clients_total", "reason=\"answer\""));
            gateway.awaitNothingInFlight();
            Waiting.until("nothing unsent", () -> gateway.metrics().value("sluice_unsent_bytes") == 0);
            Waiting.until("no bodies", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
        }
    }

    @Test
    void endsWithItsDeadlineWhateverIsUnderWay() {
        try (RunningGateway gateway = start();
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            var stream = caller.open(GrpcCaller.INFERENCE, STREAM, "grpc-timeout", "200m");
            Future<Reply> reply = GrpcCaller.reply(stream);
            write(stream, GrpcRequests.slow(40_000));
            assertEquals(GrpcStatus.DEADLINE_EXCEEDED, Waiting.await(reply).status());
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void endsWithTheFirstErrorForWhoWantsThat() {
        try (RunningGateway gateway = start();
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            var stream = caller.open(GrpcCaller.INFERENCE, STREAM, "triton_grpc_error", "true");
            Future<Reply> reply = GrpcCaller.reply(stream);
            write(stream, sums(1).toBuilder().setModelName("nobody").build());
            Reply ended = Waiting.await(reply);
            assertEquals(GrpcStatus.NOT_FOUND, ended.status());
            assertEquals(List.of(), ended.messages());
        }
    }

    @Test
    void cancelsWhatIsUnderWayWhenItsClientGoes() {
        try (RunningGateway gateway = start();
                GrpcCaller caller = new GrpcCaller(gateway.port())) {
            var stream = caller.open(GrpcCaller.INFERENCE, STREAM);
            for (int i = 0; i < 8; i++) {
                write(stream, GrpcRequests.slow(40_000));
            }
            Waiting.until("under way", () -> gateway.metrics().value("sluice_in_flight_requests") == 8);
            stream.cancel();
            gateway.awaitNothingInFlight();
            Waiting.until(
                    "all counted",
                    () -> gateway.metrics().value("sluice_requests_total", "model=\"slow\"", "outcome=\"cancelled\"")
                            >= 6); // two may have been answered, one for each instance
        }
    }

    private static ServingStatus status(Frame data) {
        assertEquals(RawHttp2.DATA, data.type());
        byte[] message = Arrays.copyOfRange(data.payload(), 5, data.payload().length);
        return GrpcCaller.parse(HealthCheckResponse.parser(), Buffer.buffer(message))
                .getStatus();
    }

    /** The state now, and again when it has changed: the server still serves, and says that it will not much longer. */
    @Test
    void whoWatchesHealthHearsOfAChange() throws IOException {
        RunningGateway gateway = start("admission.drain_delay=1h");
        try (RawHttp2 connection = new RawHttp2(gateway.port(), 1 << 20)) {
            connection.head(1, "POST", "/grpc.health.v1.Health/Watch", false, "content-type", "application/grpc");
            connection.data(1, GrpcRequests.framed(HealthCheckRequest.getDefaultInstance()), true);
            assertEquals("200", connection.status(1));
            assertEquals(ServingStatus.SERVING, status(connection.next()));
            Future<Void> stopped = gateway.stop();
            assertEquals(ServingStatus.NOT_SERVING, status(connection.next()));
            assertFalse(stopped.isComplete());
            gateway.stop();
            Frame last = connection.next();
            while (last.type() == RawHttp2.GOAWAY) {
                last = connection.next();
            }
            assertEquals("14", connection.headers(last).get("grpc-status").toString());
            Waiting.await(stopped);
        }
    }

    /** What is under way is answered, what idles hears that the server goes, and nobody waits for their patience. */
    @Test
    void endsWhenTheServerDrains() {
        RunningGateway gateway = start("admission.drain_timeout=1h");
        try (GrpcCaller caller = new GrpcCaller(gateway.port())) {
            var stream = caller.open(GrpcCaller.INFERENCE, STREAM);
            Future<Reply> infer = GrpcCaller.reply(stream);
            write(stream, GrpcRequests.slow(4000));
            var idle = caller.open("grpc.reflection.v1.ServerReflection", "ServerReflectionInfo");
            Future<Reply> reflection = GrpcCaller.reply(idle);
            write(idle, ServerReflectionRequest.newBuilder().setListServices("").build());
            var watch = caller.open("grpc.health.v1.Health", "Watch");
            Future<Reply> watched = GrpcCaller.reply(watch);
            watch.end(Buffer.buffer(HealthCheckRequest.getDefaultInstance().toByteArray()));
            Reply unary = caller.infer(GrpcRequests.sums(1, 2));
            assertEquals(GrpcStatus.OK, unary.status());
            Waiting.until("under way", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
            Future<Void> stopped = gateway.stop();
            Reply ended = Waiting.await(infer);
            assertEquals(GrpcStatus.UNAVAILABLE, ended.status());
            assertEquals(1, answers(ended).size());
            assertEquals("", answers(ended).getFirst().getErrorMessage());
            assertTrue(ended.metadata("grpc-retry-pushback-ms").isPresent());
            assertEquals(GrpcStatus.UNAVAILABLE, Waiting.await(reflection).status());
            Reply health = Waiting.await(watched);
            assertEquals(GrpcStatus.UNAVAILABLE, health.status());
            assertEquals(
                    ServingStatus.SERVING,
                    GrpcCaller.parse(
                                    HealthCheckResponse.parser(),
                                    health.messages().getFirst())
                            .getStatus());
            Waiting.await(stopped);
            assertFalse(health.messages().isEmpty());
        }
    }
}

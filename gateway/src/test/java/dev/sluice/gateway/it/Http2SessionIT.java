package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.Future;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** An HTTP/2 connection as a whole: what its streams share, and how it ends. */
class Http2SessionIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final String INFER = "/inference.GRPCInferenceService/ModelInfer";
    private static final String STREAM = "/inference.GRPCInferenceService/ModelStreamInfer";
    private static final String WATCH = "/grpc.health.v1.Health/Watch";
    private static final int WINDOW = 1 << 16;

    /** What a client may send on a stream that is not read. */
    private static final int STREAM_WINDOW = 65_535;

    private static final int FRAME = 16_384;

    /** Half a second of work. */
    private static final int LONG = 20_000;

    private static RawHttp2 grpc(RawHttp2 connection, int stream, String path) throws IOException {
        return connection.head(stream, "POST", path, false, "content-type", "application/grpc", "te", "trailers");
    }

    private static void watch(RawHttp2 connection, int stream) throws IOException {
        grpc(connection, stream, WATCH)
                .data(stream, GrpcRequests.framed(HealthCheckRequest.getDefaultInstance()), false);
        assertEquals("200", connection.status(stream));
        assertEquals(RawHttp2.DATA, connection.next().type());
    }

    /** One request takes the only place of each stream; what follows it is not read while that runs. */
    @Test
    void streamsThatAreNotReadHoldUpNoUpload() throws IOException {
        try (RunningGateway gateway =
                        RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "grpc.max_stream_requests=1");
                RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            byte[] request = GrpcRequests.framed(GrpcRequests.slow(LONG));
            for (int stream = 1; stream <= 7; stream += 2) {
                grpc(connection, stream, STREAM).data(stream, request, false);
                Waiting.until("taken", () -> gateway.metrics().value("sluice_in_flight_requests") >= 1);
                int left = STREAM_WINDOW - request.length;
                for (int sent = 0; sent < left; sent += FRAME) {
                    connection.data(stream, new byte[Math.min(FRAME, left - sent)], false);
                }
            }
            connection.post(9, SUMS, " ".repeat(8_000) + Requests.sums(2, 3));
            assertEquals("200", connection.status(9));
            assertTrue(connection.next().text().contains("[5,5,5,5]"));
        }
    }

    /** Its end comes in the same read as what it is refused for, so that nobody has written the refusal by then. */
    @Test
    void theLastRefusalOfADrainArrives() throws IOException {
        RunningGateway draining = RunningGateway.start(Places.TEST_MODELS, "admission.drain_timeout=50s");
        try (RawHttp2 connection = new RawHttp2(draining.port(), WINDOW)) {
            grpc(connection, 1, INFER).data(1, new byte[1], false);
            assertEquals(200, draining.get("/v2/health/live").status());
            Future<Void> stopped = draining.stop();
            assertEquals(RawHttp2.GOAWAY, connection.next().type());
            connection
                    .gather(true)
                    .data(1, new byte[] {-1, -1, -1, -1}, false)
                    .data(1, new byte[0], true)
                    .gather(false);
            Http2Headers refusal = connection.answerHead(1);
            assertEquals("8", refusal.get("grpc-status").toString());
            RawHttp2.Frame end = connection.next();
            assertEquals(RawHttp2.GOAWAY, end.type());
            assertEquals(0, end.code());
            assertTrue(connection.isAtEnd());
            Waiting.await(stopped);
        }
    }

    /** One without a stream hears that it is over; one with a stream is asked whether somebody is there. */
    @Test
    void onlyWhoHasNoStreamIsIdle() throws IOException {
        try (RunningGateway gateway = RunningGateway.start(
                        Places.TEST_MODELS,
                        "http.idle_timeout=1s",
                        "admission.request_timeout=100ms",
                        "admission.max_request_timeout=100ms");
                RawHttp2 idle = new RawHttp2(gateway.port(), WINDOW);
                RawHttp2 there = new RawHttp2(gateway.port(), WINDOW);
                RawHttp2 gone = new RawHttp2(gateway.port(), WINDOW)) {
            idle.head(1, "GET", "/v2/health/live", true);
            assertEquals("200", idle.status(1));
            watch(there, 1);
            watch(gone, 1);
            RawHttp2.Frame away = idle.next();
            while (away.type() != RawHttp2.GOAWAY) {
                away = idle.next();
            }
            assertEquals(0, away.code());
            assertEquals(1, away.lastStream());
            assertTrue(idle.isAtEnd());
            there.pong(there.ping());
            gone.ping();
            assertTrue(gone.isAtEnd(), "who does not answer is gone");
            there.head(3, "GET", "/v2/health/live", true);
            assertEquals("200", there.status(3));
        }
    }
}

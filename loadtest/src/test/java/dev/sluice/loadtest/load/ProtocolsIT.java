package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.Protocol;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the open loop promises holds on WebSockets and over gRPC as well. */
final class ProtocolsIT {

    private static final long MILLI = 1_000_000;
    private static final long LENGTH = 200 * MILLI;
    private static final long NEVER_LATE = 60_000 * MILLI;
    private static final int COUNT = 60;
    private static final Buffer JSON = Buffer.buffer("{\"inputs\":[]}");

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private Tally run(StubServer server, InferCall call, int connections) {
        try (server) {
            long[] planned =
                    LongStream.range(0, COUNT).map(i -> i * LENGTH / COUNT).toArray();
            LoadOptions options = new LoadOptions(LENGTH, connections, NEVER_LATE, 100 * MILLI);
            Traffic traffic = new Traffic("t", call, NEVER_LATE, planned);
            Target target = new Target("127.0.0.1", server.port());
            return OpenLoop.run(vertx, target, options, List.of(traffic), (seconds, tallies) -> {})
                    .tallies()
                    .getFirst();
        }
    }

    private static void assertCounts(Tally tally, Map<Outcome, Long> expected) {
        for (Outcome outcome : Outcome.values()) {
            assertEquals(expected.getOrDefault(outcome, 0L), tally.count(outcome), outcome.label());
        }
    }

    private static InferCall streamed(Buffer body, int jsonBytes) {
        return new InferCall(Protocol.WEBSOCKET, "/stream", Map.of("x-name", "n"), jsonBytes, body);
    }

    /** A stream that greets and hands each text message on. */
    private static StubServer stream(int window, BiConsumer<ServerWebSocket, JsonObject> handler) {
        return StubServer.ofStreams(socket -> {
            socket.textMessageHandler(text -> handler.accept(socket, new JsonObject(text)));
            socket.writeTextMessage("{\"hello\":{\"window\":{\"messages\":" + window + "}}}");
        });
    }

    private static void answer(ServerWebSocket socket, JsonObject request, String rest) {
        socket.writeTextMessage("{\"id\":\"" + request.getString("id") + "\"," + rest + "}");
    }

    @Test
    void messagesGoRoundTheConnectionsUnderIdsOfTheirOwn() {
        Set<ServerWebSocket> sockets = ConcurrentHashMap.newKeySet();
        Set<String> ids = ConcurrentHashMap.newKeySet();
        Set<String> names = ConcurrentHashMap.newKeySet();
        StubServer server = stream(COUNT, (socket, request) -> {
            sockets.add(socket);
            names.add(String.valueOf(socket.headers().get("x-name")));
            ids.add(System.identityHashCode(socket) + request.getString("id"));
            answer(socket, request, "\"outputs\":[]");
        });
        assertCounts(run(server, streamed(JSON, JSON.length()), 3), Map.of(Outcome.IN_TIME, (long) COUNT));
        assertEquals(3, sockets.size());
        assertEquals(Set.of("n"), names);
        assertEquals(COUNT, ids.size());
    }

    /** Nobody is answered before all clients have asked once. */
    @Test
    void clientsShareStreams() {
        Set<ServerWebSocket> sockets = ConcurrentHashMap.newKeySet();
        Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
        AtomicInteger asked = new AtomicInteger();
        StubServer server = stream(COUNT, (socket, request) -> {
            sockets.add(socket);
            answers.add(() -> answer(socket, request, "\"outputs\":[]"));
            if (asked.incrementAndGet() >= 8) {
                answers.forEach(Runnable::run);
                answers.clear();
            }
        });
        try (server) {
            LoadOptions options = new LoadOptions(LENGTH, 8, 4, NEVER_LATE, NEVER_LATE);
            Traffic traffic = new Traffic("t", streamed(JSON, JSON.length()), NEVER_LATE, new long[0]);
            Tally tally = ClosedLoop.run(vertx, new Target("127.0.0.1", server.port()), options, traffic)
                    .tallies()
                    .getFirst();
            assertTrue(tally.requests() >= 8);
            assertCounts(tally, Map.of(Outcome.IN_TIME, tally.requests()));
        }
        assertEquals(2, sockets.size());
    }

    @Test
    void rawTensorsGoAndComeInBinaryMessages() {
        StubServer server = StubServer.ofStreams(socket -> {
            socket.binaryMessageHandler(message -> {
                assertEquals("raw", message.getString(message.length() - 3, message.length()));
                socket.writeBinaryMessage(message);
            });
            socket.writeTextMessage("{\"hello\":{\"window\":{\"messages\":8}}}");
        });
        Buffer body = JSON.copy().appendString("raw");
        assertCounts(run(server, streamed(body, JSON.length()), COUNT), Map.of(Outcome.IN_TIME, (long) COUNT));
    }

    /** The server answers the first when it has two, so the third finds no place until then. */
    @Test
    void nothingIsSentBeyondTheWindow() {
        AtomicInteger most = new AtomicInteger();
        AtomicInteger open = new AtomicInteger();
        StubServer server = stream(2, (socket, request) -> {
            most.accumulateAndGet(open.incrementAndGet(), Math::max);
            vertx.setTimer(20, passed -> {
                open.decrementAndGet();
                answer(socket, request, "\"outputs\":[]");
            });
        });
        Tally tally = run(server, streamed(JSON, JSON.length()), 1);
        assertTrue(most.get() <= 2, most + " at one time");
        assertEquals(COUNT, tally.count(Outcome.IN_TIME) + tally.count(Outcome.NOT_SENT));
        assertTrue(tally.count(Outcome.IN_TIME) >= 2, "places come back");
        assertTrue(tally.count(Outcome.NOT_SENT) > 0, "not all found a place");
    }

    @Test
    void errorsAndLostStreamsHaveTheirOutcomes() {
        AtomicInteger turn = new AtomicInteger();
        StubServer server = stream(1, (socket, request) -> {
            switch (turn.getAndIncrement() % 6) {
                case 0 -> answer(socket, request, "\"error\":{\"status\":503,\"retry_after_ms\":7}");
                case 1 -> answer(socket, request, "\"error\":{\"status\":429,\"retry_after_ms\":7}");
                case 2 -> answer(socket, request, "\"error\":{\"status\":504}");
                case 3 -> answer(socket, request, "\"error\":{\"status\":503}");
                case 4 -> answer(socket, request, "\"outputs\":[]");
                default -> socket.close((short) 1001);
            }
        });
        long sixth = COUNT / 6;
        assertCounts(
                run(server, streamed(JSON, JSON.length()), COUNT),
                Map.of(
                        Outcome.OVERLOADED, sixth,
                        Outcome.THROTTLED, sixth,
                        Outcome.EXPIRED, sixth,
                        Outcome.ERROR, sixth,
                        Outcome.IN_TIME, sixth,
                        Outcome.BROKEN, sixth));
    }

    /** Nobody is left to answer, and the run ends all the same. */
    @Test
    void clientsThatWaitLeaveWhenTheirStreamsAreLost() {
        try (StubServer server = stream(8, (socket, request) -> socket.close())) {
            LoadOptions options = new LoadOptions(NEVER_LATE, 4, NEVER_LATE, NEVER_LATE);
            Traffic traffic = new Traffic("t", streamed(JSON, JSON.length()), NEVER_LATE, new long[0]);
            Tally tally = ClosedLoop.run(vertx, new Target("127.0.0.1", server.port()), options, traffic)
                    .tallies()
                    .getFirst();
            assertCounts(tally, Map.of(Outcome.BROKEN, tally.count(Outcome.BROKEN), Outcome.NOT_SENT, 4L));
            assertTrue(tally.count(Outcome.BROKEN) >= 4, "each stream was lost once");
        }
    }

    @Test
    void aServerWithoutStreamsIsNamed() {
        StubServer server =
                new StubServer(request -> request.response().setStatusCode(404).end());
        InferCall call = streamed(JSON, JSON.length());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> run(server, call, 1));
        assertTrue(String.valueOf(refused.getMessage()).contains("/stream: "), refused.getMessage());
    }

    @Test
    void callsOfGrpcShareConnectionsAndHaveTheirOutcomes() {
        Set<Object> connections = ConcurrentHashMap.newKeySet();
        AtomicInteger turn = new AtomicInteger();
        StubServer server = new StubServer(request -> {
            assertEquals(HttpVersion.HTTP_2, request.version());
            connections.add(request.connection());
            status(request, turn.getAndIncrement() % 6);
        });
        InferCall call = new InferCall(Protocol.GRPC, "/infer", Map.of("te", "trailers"), 0, Buffer.buffer("12345"));
        long sixth = COUNT / 6;
        assertCounts(
                run(server, call, COUNT),
                Map.of(
                        Outcome.IN_TIME, sixth,
                        Outcome.OVERLOADED, sixth,
                        Outcome.THROTTLED, sixth,
                        Outcome.EXPIRED, sixth,
                        Outcome.ERROR, 2 * sixth));
        assertTrue(connections.size() <= 2, connections.size() + " connections");
    }

    private static void status(HttpServerRequest request, int kind) {
        HttpServerResponse response = request.response();
        switch (kind) {
            case 0 -> {
                response.putTrailer("grpc-status", "0");
                response.end("message");
            }
            case 1 -> {
                response.putTrailer("grpc-status", "14").putTrailer("grpc-retry-pushback-ms", "7");
                response.end("message");
            }
            case 2 ->
                response.putHeader("grpc-status", "8")
                        .putHeader("grpc-retry-pushback-ms", "7")
                        .end();
            case 3 -> response.putHeader("grpc-status", "4").end();
            case 4 ->
                response.putHeader("grpc-status", "8")
                        .putHeader("grpc-retry-pushback-ms", "-1")
                        .end();
            default -> response.end("no status at all");
        }
    }
}

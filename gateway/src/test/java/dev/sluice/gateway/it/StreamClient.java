package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One WebSocket connection to a gateway, by the client of Vert.x. */
final class StreamClient implements AutoCloseable {

    static final String SUBPROTOCOL = "sluice.v2.stream.1";

    private static final int MOST_BYTES = 128 << 20;

    /** How a connection ended. */
    record End(int code, String reason) {}

    private final Vertx vertx = Vertx.vertx();
    private final WebSocketClient client; // held, for one that nobody holds closes itself
    private final WebSocket socket;
    private final BlockingQueue<Buffer> texts = new LinkedBlockingQueue<>();
    private final BlockingQueue<Buffer> binaries = new LinkedBlockingQueue<>();
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final JsonObject hello;

    StreamClient(RunningGateway gateway, String path) {
        this(gateway, path, new WebSocketClientOptions());
    }

    StreamClient(RunningGateway gateway, String path, WebSocketClientOptions options) {
        client = vertx.createWebSocketClient(options.setMaxFrameSize(MOST_BYTES).setMaxMessageSize(MOST_BYTES));
        WebSocketConnectOptions place = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(gateway.port())
                .setURI(path)
                .addSubProtocol(SUBPROTOCOL);
        ClientWebSocket opening = client.webSocket(); // which has its handlers before the first message can come
        opening.textMessageHandler(text -> texts.add(Buffer.buffer(text)));
        opening.binaryMessageHandler(binaries::add);
        opening.closeHandler(closed -> end.complete(new End(opening.closeStatusCode(), reason(opening))));
        socket = Waiting.await(opening.connect(place));
        assertEquals(SUBPROTOCOL, socket.subProtocol());
        hello = text().getJsonObject("hello");
    }

    private static String reason(WebSocket socket) {
        return socket.closeReason() == null ? "" : socket.closeReason();
    }

    /** What the server said first. */
    JsonObject hello() {
        return hello;
    }

    WebSocket socket() {
        return socket;
    }

    StreamClient send(String text) {
        var unused = socket.writeTextMessage(text);
        return this;
    }

    StreamClient send(Buffer bytes) {
        var unused = socket.writeBinaryMessage(bytes);
        return this;
    }

    /** A request of that id to the model of the path. */
    StreamClient ask(String id, String body) {
        return send(Requests.withMember("\"id\":\"" + id + "\"", body));
    }

    /** The next text message. */
    JsonObject text() {
        return new JsonObject(next(texts));
    }

    /** The next binary message. */
    Buffer binary() {
        return next(binaries);
    }

    private static Buffer next(BlockingQueue<Buffer> messages) {
        try {
            Buffer message = messages.poll(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertTrue(message != null, "no message came in " + Waiting.PATIENCE);
            return message;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new AssertionError(stop);
        }
    }

    /** The next text message, which must refuse the request of that id. */
    JsonObject error(@Nullable String id, String code, int status) {
        JsonObject message = text();
        assertEquals(id, message.getString("id"), message::encode);
        JsonObject error = message.getJsonObject("error");
        assertTrue(error != null, message::encode);
        assertEquals(code, error.getString("code"), message::encode);
        assertEquals(status, error.getInteger("status"), message::encode);
        return error;
    }

    boolean isSilent() {
        return texts.isEmpty() && binaries.isEmpty();
    }

    /** Waits for the server to end the connection. */
    End end() {
        return Waiting.await(end);
    }

    @Override
    public void close() {
        if (!socket.isClosed()) {
            Waiting.await(socket.close());
        }
        Waiting.await(client.close());
        Waiting.await(vertx.close());
    }
}

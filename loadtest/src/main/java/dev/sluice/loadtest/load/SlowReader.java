package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.StreamMessages;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;

/**
 * A client that does not count: ten times a second it reads one answer, and sends a whole window, if its socket takes it.
 *
 * @thread the calling thread waits for the connection; the event loop does the rest
 * @bound what its socket takes before it says that it is full
 * @owns its connection
 */
public final class SlowReader implements AutoCloseable {

    private static final long TURN_MILLIS = 100;

    /** As many as the window has places by default, each time: far more than are read. */
    private static final int REQUESTS_IN_A_TURN = 64;

    private final Vertx vertx;
    private final StreamMessages messages;
    private final WebSocketClient client;
    private final WebSocketConnectOptions place;
    private final Promise<Void> open = Promise.promise();
    private long timer;
    private int next;

    public SlowReader(Vertx vertx, Target target, InferCall call) {
        this.vertx = vertx;
        this.messages = new StreamMessages(call);
        this.client = vertx.createWebSocketClient();
        this.place = new WebSocketConnectOptions()
                .setHost(target.host())
                .setPort(target.port())
                .setURI(call.path())
                .addSubProtocol(StreamMessages.SUBPROTOCOL);
    }

    /** Returns when the connection is open. */
    public void open() {
        vertx.getOrCreateContext()
                .runOnContext(
                        begun -> client.connect(place).onSuccess(this::begin).onFailure(open::fail));
        open.future().await();
    }

    private void begin(WebSocket socket) {
        socket.pause();
        socket.handler(answer -> {});
        socket.exceptionHandler(broken -> {}); // the server may cut it off, and that is its right
        timer = vertx.setPeriodic(TURN_MILLIS, passed -> turn(socket));
        open.complete();
    }

    private void turn(WebSocket socket) {
        socket.fetch(1);
        for (int i = 0; i < REQUESTS_IN_A_TURN && !socket.writeQueueFull(); i++) {
            if (messages.isText()) {
                socket.writeTextMessage(messages.text(next++));
            } else {
                socket.writeBinaryMessage(messages.binary(next++));
            }
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
        client.close();
    }
}

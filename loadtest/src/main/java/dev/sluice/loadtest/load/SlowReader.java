package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.StreamMessages;
import dev.sluice.loadtest.wire.Target;
import io.netty.channel.ChannelFutureListener;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.http.WebSocketInternal;
import org.jspecify.annotations.Nullable;

/**
 * A client that asks at a steady pace and either reads its answers or leaves all of them: the difference between the two is
 * reading, and not work.
 *
 * <p>Its ids are long, and answers repeat them, so that what it leaves is more than the kernels of both sides keep before
 * anything is measured.
 *
 * @thread the calling thread waits for the connection; the event loop does the rest
 * @bound what its socket takes before it says that it is full
 * @owns its connection
 */
public final class SlowReader implements AutoCloseable {

    private static final String LONG_ID = "x".repeat(64 << 10);
    private static final int RECEIVED_BYTES = 64 << 10;

    /** Twice as much as the kernel of Linux lets lie in a socket. */
    private static final int ASKED_BEFORE = 128;

    private static final long BEFORE_EVERY_MILLIS = 10;

    private final Vertx vertx;
    private final boolean reads;
    private final WebSocketClient client;
    private final WebSocketConnectOptions place;
    private final StreamMessages messages;
    private final Promise<Void> open = Promise.promise();
    private @Nullable WebSocketInternal connection;
    private long timer;
    private int turns;

    /** @param reads whether it reads its answers; otherwise it reads nothing from the beginning */
    public SlowReader(Vertx vertx, Target target, InferCall call, boolean reads) {
        this.vertx = vertx;
        this.reads = reads;
        this.messages = new StreamMessages(call);
        this.client = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setReceiveBufferSize(RECEIVED_BYTES)
                .setMaxMessageSize(1 << 20));
        this.place = new WebSocketConnectOptions()
                .setHost(target.host())
                .setPort(target.port())
                .setURI(call.path())
                .addSubProtocol(StreamMessages.SUBPROTOCOL);
        call.headers().forEach(place::addHeader);
    }

    /** Returns when it has asked for enough; from then on a request is sent whenever that time has passed. */
    public void open(long everyMillis) {
        vertx.getOrCreateContext()
                .runOnContext(begun -> client.connect(place)
                        .onSuccess(socket -> begin(socket, everyMillis))
                        .onFailure(open::fail));
        open.future().await();
    }

    private void begin(WebSocket socket, long everyMillis) {
        connection = (WebSocketInternal) socket;
        socket.handler(answer -> {});
        if (!reads) {
            socket.pause();
        }
        socket.exceptionHandler(broken -> {}); // the server may cut it off, and that is its right
        timer = vertx.setPeriodic(BEFORE_EVERY_MILLIS, passed -> {
            ask(socket);
            if (turns == ASKED_BEFORE) {
                vertx.cancelTimer(timer);
                timer = vertx.setPeriodic(everyMillis, later -> ask(socket));
                open.complete();
            }
        });
    }

    private void ask(WebSocket socket) {
        turns++;
        if (!socket.writeQueueFull()) {
            socket.writeTextMessage(messages.text(StreamMessages.id(turns) + LONG_ID));
        }
    }

    /** At once: a handshake would wait behind what it has not read, into the next run. */
    @Override
    public void close() {
        vertx.cancelTimer(timer);
        if (connection != null) {
            connection
                    .channelHandlerContext()
                    .channel()
                    .close()
                    .addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        }
        client.close();
    }
}

package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.StreamMessages;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Messages on WebSockets that are all open before the first is sent; the connections take turns.
 *
 * @thread its event loop
 * @bound on each connection as many requests in flight as the server's window has places
 * @owns its connections
 */
final class StreamSender implements Sender {

    /** Handshakes on their way at one time: a server's backlog is not what is measured here. */
    private static final int HANDSHAKES = 64;

    private final Target target;
    private final LoadOptions options;
    private final Traffic traffic;
    private final Clock clock;
    private final StreamMessages messages;
    private final WebSocketClient client;
    private final Deque<Stream> withPlaces = new ArrayDeque<>();
    private int opened;

    StreamSender(Vertx vertx, Target target, LoadOptions options, Traffic traffic, Clock clock) {
        this.target = target;
        this.options = options;
        this.traffic = traffic;
        this.clock = clock;
        this.messages = new StreamMessages(traffic.call());
        this.client = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setMaxConnections(options.streams())
                .setTcpNoDelay(true));
    }

    @Override
    public Future<?> open() {
        Future<?> all = Future.succeededFuture();
        for (int lane = 0; lane < HANDSHAKES; lane++) {
            Future<?> opening = openNext();
            all = all.compose(others -> opening);
        }
        return all;
    }

    private Future<?> openNext() {
        if (opened == options.streams()) {
            return Future.succeededFuture();
        }
        opened++;
        WebSocketConnectOptions place = new WebSocketConnectOptions()
                .setHost(target.host())
                .setPort(target.port())
                .setURI(traffic.call().path())
                .addSubProtocol(StreamMessages.SUBPROTOCOL);
        traffic.call().headers().forEach(place::addHeader);
        return client.connect(place)
                .recover(failure -> Future.failedFuture(new IllegalArgumentException(
                        "no stream at " + target.url() + traffic.call().path() + ": " + failure.getMessage())))
                .compose(socket -> new Stream(socket, messages, withPlaces::add).ready())
                .compose(ready -> openNext());
    }

    @Override
    public void send(long plannedNanos, Consumer<Answer> done) {
        Stream stream = next();
        if (stream == null) {
            done.accept(Answer.notSent(plannedNanos, clock.now()));
            return;
        }
        Pending pending = new Pending(clock, options, traffic, plannedNanos, done);
        pending.sent();
        stream.send(pending);
        if (stream.hasPlace()) {
            withPlaces.add(stream);
        }
    }

    private @Nullable Stream next() {
        Stream stream = withPlaces.poll();
        while (stream != null && !stream.hasPlace()) {
            stream = withPlaces.poll(); // has gone since
        }
        return stream;
    }

    @Override
    public void close() {
        client.close();
    }
}

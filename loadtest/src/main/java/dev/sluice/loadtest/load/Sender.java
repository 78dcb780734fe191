package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.function.Consumer;

/**
 * Sends requests of one kind over connections of its own, and says exactly once how each ended.
 *
 * <p>No request waits for a place on a connection: if all are taken it is not sent, and counts as such. Otherwise a server
 * could slow the generator down by being slow.
 *
 * @thread its event loop
 */
sealed interface Sender permits HttpSender, StreamSender {

    /** For the protocol of that traffic. */
    static Sender of(Vertx vertx, Target target, LoadOptions options, Traffic traffic, Clock clock) {
        return switch (traffic.call().protocol()) {
            case HTTP, GRPC -> new HttpSender(vertx, target, options, traffic, clock);
            case WEBSOCKET -> new StreamSender(vertx, target, options, traffic, clock);
        };
    }

    /** Opens what has to be open before the first request. */
    Future<?> open();

    void send(long plannedNanos, Consumer<Answer> done);

    void close();
}

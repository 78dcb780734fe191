package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/**
 * WebSockets that are open, have heard the server's greeting, and say nothing.
 *
 * @thread the calling thread waits; the event loop opens
 * @owns its connections
 */
public final class IdleStreams implements AutoCloseable {

    private final Context loop;
    private final Sender sender;

    /** As many connections as the options say. */
    public IdleStreams(Vertx vertx, Target target, LoadOptions options, Traffic traffic) {
        this.loop = vertx.getOrCreateContext();
        this.sender = new StreamSender(vertx, target, options, traffic, new Clock(vertx));
    }

    /** Returns when all are open. */
    public void open() {
        Promise<Void> open = Promise.promise();
        loop.runOnContext(begun -> sender.open().<Void>mapEmpty().onComplete(open));
        open.future().await();
    }

    @Override
    public void close() {
        sender.close();
    }
}

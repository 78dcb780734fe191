package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * Clients that each send their next request when they have the answer to the last: finds out what a server can do, and
 * nothing about what it does beyond that, since such clients slow down with it.
 *
 * @thread the calling thread waits; the event loop sends and counts
 * @bound one request for each connection
 */
public final class ClosedLoop {

    private final LoadOptions options;
    private final Traffic traffic;
    private final Sender sender;
    private final Tally tally;
    private final Promise<Void> over = Promise.promise();
    private int clients;

    private ClosedLoop(Vertx vertx, Target target, LoadOptions options, Traffic traffic) {
        this.options = options;
        this.traffic = traffic;
        this.sender = new Sender(vertx, target, options, System.nanoTime());
        this.tally = new Tally(traffic, options.windowNanos());
        this.clients = options.connections();
    }

    /** Runs with one client for each connection. */
    public static Result run(Vertx vertx, Target target, LoadOptions options, Traffic traffic) {
        ClosedLoop run = new ClosedLoop(vertx, target, options, traffic);
        vertx.getOrCreateContext().runOnContext(begun -> run.begin());
        run.over.future().await();
        run.sender.close();
        return new Result(List.of(run.tally), options.seconds());
    }

    private void begin() {
        for (int client = 0; client < options.connections(); client++) {
            next();
        }
    }

    private void next() {
        long now = sender.now();
        if (now >= options.lengthNanos()) {
            if (--clients == 0) {
                over.complete();
            }
            return;
        }
        sender.send(traffic, now, answer -> {
            tally.record(now, answer);
            next();
        });
    }
}

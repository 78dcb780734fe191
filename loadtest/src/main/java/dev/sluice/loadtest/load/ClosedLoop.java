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
 * @bound one request for each client
 */
public final class ClosedLoop {

    private final LoadOptions options;
    private final Clock clock;
    private final Sender sender;
    private final Tally tally;
    private final Promise<Void> over = Promise.promise();
    private int clients;

    private ClosedLoop(Vertx vertx, Target target, LoadOptions options, Traffic traffic) {
        this.options = options;
        this.clock = new Clock(vertx);
        this.sender = Sender.of(vertx, target, options, traffic, clock);
        this.tally = new Tally(traffic, options.windowNanos());
        this.clients = options.connections();
    }

    /** Runs with one client for each connection. */
    public static Result run(Vertx vertx, Target target, LoadOptions options, Traffic traffic) {
        ClosedLoop run = new ClosedLoop(vertx, target, options, traffic);
        vertx.getOrCreateContext()
                .runOnContext(begun ->
                        run.sender.open().onSuccess(open -> run.begin()).onFailure(run.over::fail));
        try {
            run.over.future().await();
        } finally {
            run.sender.close();
        }
        return new Result(List.of(run.tally), options.seconds());
    }

    private void begin() {
        clock.start();
        for (int client = 0; client < options.connections(); client++) {
            next();
        }
    }

    private void next() {
        long now = clock.now();
        if (now >= options.lengthNanos()) {
            if (--clients == 0) {
                over.complete();
            }
            return;
        }
        sender.send(now, answer -> {
            tally.record(now, answer);
            next();
        });
    }
}

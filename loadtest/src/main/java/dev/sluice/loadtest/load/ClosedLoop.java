package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Context;
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
public final class ClosedLoop implements AutoCloseable {

    private final LoadOptions options;
    private final Traffic traffic;
    private final Context loop;
    private final Clock clock;
    private final Sender sender;

    /** With one client for each connection. */
    public ClosedLoop(Vertx vertx, Target target, LoadOptions options, Traffic traffic) {
        this.options = options;
        this.traffic = traffic;
        this.loop = vertx.getOrCreateContext();
        this.clock = new Clock(vertx);
        this.sender = Sender.of(vertx, target, options, traffic, clock);
    }

    /** Runs once with connections of its own. */
    public static Result run(Vertx vertx, Target target, LoadOptions options, Traffic traffic) {
        try (ClosedLoop clients = new ClosedLoop(vertx, target, options, traffic)) {
            return clients.run();
        }
    }

    /** Runs for as long as the options say, and again on the same connections. */
    public Result run() {
        Clients clients = new Clients();
        loop.runOnContext(
                begun -> sender.open().onSuccess(open -> clients.begin()).onFailure(clients.over::fail));
        clients.over.future().await();
        return new Result(List.of(clients.tally), options.seconds());
    }

    @Override
    public void close() {
        sender.close();
    }

    /** The clients of one run. */
    private final class Clients {

        private final Promise<Void> over = Promise.promise();
        private final Tally tally = new Tally(traffic, options.windowNanos());
        private int waiting = options.connections();

        void begin() {
            clock.start();
            for (int client = 0; client < options.connections(); client++) {
                next();
            }
        }

        private void next() {
            long now = clock.now();
            if (now >= options.lengthNanos()) {
                leave();
                return;
            }
            sender.send(now, answer -> {
                tally.record(now, answer);
                if (answer.outcome() == Outcome.NOT_SENT) {
                    leave(); // connections were lost, and so will the next request find none
                } else {
                    next();
                }
            });
        }

        private void leave() {
            if (--waiting == 0) {
                over.complete();
            }
        }
    }
}

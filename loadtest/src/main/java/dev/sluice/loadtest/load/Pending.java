package dev.sluice.loadtest.load;

import java.util.function.Consumer;

/**
 * One request on its way: it ends once, by what the server says, or because patience is at its end.
 *
 * @thread the event loop of its sender
 */
class Pending {

    private final Clock clock;
    private final Traffic traffic;
    private final long plannedNanos;
    private final Consumer<Answer> done;
    private final long timer;
    private long sentNanos;
    private boolean over;

    Pending(Clock clock, LoadOptions options, Traffic traffic, long plannedNanos, Consumer<Answer> done) {
        this.clock = clock;
        this.traffic = traffic;
        this.plannedNanos = plannedNanos;
        this.sentNanos = plannedNanos;
        this.done = done;
        this.timer = clock.after(options.patienceNanos(), this::giveUp);
    }

    private void giveUp() {
        end(Outcome.GAVE_UP, 0);
        givenUp();
    }

    /** For whoever can spare the server an answer that is of no use any more; on a stream it keeps its place till it comes. */
    void givenUp() {}

    final void sent() {
        sentNanos = clock.now();
    }

    final boolean over() {
        return over;
    }

    final void answered(Reply reply) {
        boolean inTime = clock.now() - plannedNanos <= traffic.deadlineNanos();
        end(Outcome.of(reply.status(), reply.saysWhenToComeBack(), inTime), Math.max(0, reply.retryAfterMillis()));
    }

    final void broken() {
        end(Outcome.BROKEN, 0);
    }

    private void end(Outcome outcome, long retryAfterMillis) {
        if (!over) {
            over = true;
            clock.cancel(timer);
            done.accept(new Answer(outcome, sentNanos, clock.now(), retryAfterMillis));
        }
    }
}

package dev.sluice.loadtest.load;

import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends each request at its planned moment, without regard to what became of those before it.
 *
 * <p>The calling thread sleeps until a request is due and tells the event loop, which sends all that are due by then. A
 * thread of its own, because the loop's timers only know milliseconds. Each kind of traffic has connections of its own, or
 * an aggressor would keep others from being sent.
 *
 * @thread the calling thread keeps the time; the event loop sends and counts
 * @bound as many requests as are planned, and {@code Retries.MOST_ATTEMPTS} for each
 */
public final class OpenLoop {

    private static final long PROGRESS_MILLIS = 5_000;

    private final Vertx vertx;
    private final Context loop;
    private final List<Traffic> traffic;
    private final List<Tally> tallies;
    private final List<Sender> senders;
    private final Clock clock;
    private final Plan plan;
    private final Promise<Void> over = Promise.promise();
    private long outstanding;

    private OpenLoop(Vertx vertx, Target target, LoadOptions options, List<Traffic> traffic) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.traffic = traffic;
        this.clock = new Clock(vertx);
        this.tallies = traffic.stream()
                .map(kind -> new Tally(kind, options.windowNanos()))
                .toList();
        this.plan = new Plan(traffic);
        this.outstanding =
                traffic.stream().mapToLong(kind -> kind.plannedNanos().length).sum();
        this.senders = traffic.stream()
                .map(kind -> Sender.of(vertx, target, options, kind, clock))
                .toList();
    }

    /** Runs until the last answer is there or given up. */
    public static Result run(
            Vertx vertx, Target target, LoadOptions options, List<Traffic> traffic, Progress progress) {
        OpenLoop run = new OpenLoop(vertx, target, options, traffic);
        try {
            if (run.outstanding > 0) {
                run.open();
                run.loop.runOnContext(begun -> run.report(progress));
                run.pace();
                run.over.future().await();
            }
        } finally {
            run.senders.forEach(Sender::close);
        }
        return new Result(run.tallies, options.seconds());
    }

    private void open() {
        Promise<Void> open = Promise.promise();
        loop.runOnContext(begun -> Future.all(senders.stream().map(Sender::open).toList())
                .<Void>mapEmpty()
                .onComplete(open));
        open.future().await();
        clock.start();
    }

    private void report(Progress progress) {
        long timer = vertx.setPeriodic(PROGRESS_MILLIS, fired -> progress.at(clock.now() / 1e9, tallies));
        over.future().onComplete(ended -> vertx.cancelTimer(timer));
    }

    private void pace() {
        Plan ahead = new Plan(traffic);
        while (ahead.due() != Plan.NEVER) {
            long now = clock.now();
            if (ahead.due() > now) {
                LockSupport.parkNanos(ahead.due() - now);
                continue;
            }
            while (ahead.due() <= now) {
                ahead.take();
            }
            loop.runOnContext(due -> sendUntil(now));
        }
    }

    private void sendUntil(long now) {
        while (plan.due() <= now) {
            long planned = plan.due();
            send(plan.take(), planned, 1);
        }
    }

    private void send(int kind, long plannedNanos, int attempt) {
        senders.get(kind).send(plannedNanos, answer -> ended(kind, plannedNanos, attempt, answer));
    }

    private void ended(int kind, long plannedNanos, int attempt, Answer answer) {
        tallies.get(kind).record(plannedNanos, answer);
        Retries retries = traffic.get(kind).retries();
        if (retries.again(answer, attempt)) {
            tallies.get(kind).retry();
            vertx.setTimer(retries.delayMillis(answer), fired -> send(kind, clock.now(), attempt + 1));
        } else if (--outstanding == 0) {
            over.complete();
        }
    }
}

package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.arrivals.Arrivals;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.SlowReader;
import dev.sluice.loadtest.load.Traffic;
import dev.sluice.loadtest.server.ServerMetrics;
import dev.sluice.loadtest.wire.Discovery;
import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.InferCalls;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a WebSocket client that reads nothing does to those that do. It is there in every run, with as many requests, so that
 * what differs is its reading and not its work; runs in which it reads and in which it does not take turns.
 *
 * @thread the main thread
 */
final class SlowReaderCosts {

    private static final int ROUNDS = 5;
    private static final double COMFORTABLE = 0.5;
    private static final double MOST = 1.1;

    /** Of the others' requests: enough to leave much unread in a run, and little work. */
    private static final double ITS_SHARE = 0.1;

    private final Session session;
    private final Settings settings;
    private final Discovery discovery;
    private final InferCall call;
    private final InferCall itsCall;
    private double mostUnsentBytes;

    SlowReaderCosts(Session session) {
        this.session = session;
        this.settings = session.settings();
        this.discovery = new Discovery(settings.target());
        InferCalls calls = new InferCalls(session.model(), settings.deadlineNanos() / 1000, 0);
        this.call = calls.streamed(calls.json());
        this.itsCall = calls.streamed(calls.json()).with(settings.clientHeader(), "slow");
    }

    Verdict compare() throws IOException, InterruptedException {
        double rate = session.rate(COMFORTABLE, session.capacity());
        List<Double> reading = new ArrayList<>();
        List<Double> leaving = new ArrayList<>();
        Verdict verdict = Verdict.PASSED;
        for (int round = 0; round < ROUNDS; round++) {
            Result beside = run(rate, "fast" + round, true);
            reading.add(p99(beside));
            verdict = verdict.and(judged(beside));
            beside = run(rate, "fast" + round, false);
            leaving.add(p99(beside));
            verdict = verdict.and(judged(beside));
        }
        return verdict.and(verdict(reading, leaving));
    }

    private Result run(double rate, String name, boolean reads) throws IOException, InterruptedException {
        long everyMillis = Math.max(1, Math.round(1000 / (rate * ITS_SHARE)));
        try (SlowReader reader = new SlowReader(session.vertx(), settings.target(), itsCall, reads)) {
            reader.open(everyMillis);
            Result result = run(rate, name);
            if (!reads) {
                double unsent = ServerMetrics.of(discovery).total("sluice_unsent_bytes");
                mostUnsentBytes = Math.max(mostUnsentBytes, unsent);
            }
            return result;
        }
    }

    private Result run(double rate, String name) throws IOException {
        long[] planned = session.plan(Arrivals.parse("poisson"), rate, name);
        return session.run(List.of(new Traffic(name, call, settings.deadlineNanos(), planned)));
    }

    private Verdict judged(Result result) {
        return result.doubts().isEmpty() ? session.failures(result) : Verdict.INVALID;
    }

    private static double p99(Result result) {
        return result.tallies().getFirst().servedNanos().getValueAtPercentile(99) / 1e6;
    }

    private Verdict verdict(List<Double> reading, List<Double> leaving) {
        Spread reads = Spread.of(reading, Double::doubleValue);
        Spread leaves = Spread.of(leaving, Double::doubleValue);
        double ratio = leaves.median() / reads.median();
        session.say(
                "%s p99 of %d streams: %.2f ms [%.2f-%.2f] beside one that reads, %.2f ms [%.2f-%.2f] beside one that"
                        + " does not: %.2f; %.1f is allowed",
                ratio <= MOST ? "PASSED  " : "FAILED  ",
                settings.connections(),
                reads.median(),
                reads.least(),
                reads.most(),
                leaves.median(),
                leaves.least(),
                leaves.most(),
                ratio,
                MOST);
        session.say("answers that it left untaken: at most %,.0f bytes", mostUnsentBytes);
        if (mostUnsentBytes == 0) {
            session.say("INVALID  the kernel kept all that was left: more --rate or --seconds");
            return Verdict.INVALID;
        }
        return ratio <= MOST ? Verdict.PASSED : Verdict.FAILED;
    }
}

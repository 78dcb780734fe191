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
 * What a WebSocket client that hardly reads does to those that do: runs without it and with it take turns.
 *
 * @thread the main thread
 */
final class SlowReaderCosts {

    private static final int ROUNDS = 5;
    private static final double COMFORTABLE = 0.5;
    private static final double MOST = 1.1;

    private final Session session;
    private final Settings settings;
    private final Discovery discovery;
    private final InferCall call;
    private double mostUnsentBytes;

    SlowReaderCosts(Session session) {
        this.session = session;
        this.settings = session.settings();
        this.discovery = new Discovery(settings.target());
        InferCalls calls = new InferCalls(session.model(), settings.deadlineNanos() / 1000, 0);
        this.call = calls.streamed(calls.json());
    }

    Verdict compare() throws IOException, InterruptedException {
        double rate = session.rate(COMFORTABLE, session.capacity());
        List<Double> alone = new ArrayList<>();
        List<Double> beside = new ArrayList<>();
        Verdict verdict = Verdict.PASSED;
        for (int round = 0; round < ROUNDS; round++) {
            Result without = run(rate, "fast" + round);
            Result with;
            try (SlowReader reader = new SlowReader(session.vertx(), settings.target(), call)) {
                reader.open();
                with = run(rate, "fast" + round);
                double unsent = ServerMetrics.of(discovery).total("sluice_unsent_bytes");
                mostUnsentBytes = Math.max(mostUnsentBytes, unsent);
            }
            alone.add(p99(without));
            beside.add(p99(with));
            verdict = verdict.and(judged(without)).and(judged(with));
        }
        return verdict.and(verdict(alone, beside));
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

    private Verdict verdict(List<Double> alone, List<Double> beside) {
        Spread without = Spread.of(alone, Double::doubleValue);
        Spread with = Spread.of(beside, Double::doubleValue);
        double ratio = with.median() / without.median();
        session.say(
                "%s p99 of %d streams: %.2f ms [%.2f-%.2f] without, %.2f ms [%.2f-%.2f] with: %.2f; %.1f is allowed",
                ratio <= MOST ? "PASSED  " : "FAILED  ",
                settings.connections(),
                without.median(),
                without.least(),
                without.most(),
                with.median(),
                with.least(),
                with.most(),
                ratio,
                MOST);
        session.say("answers that the slow reader left untaken: at most %,.0f bytes", mostUnsentBytes);
        return ratio <= MOST ? Verdict.PASSED : Verdict.FAILED;
    }
}

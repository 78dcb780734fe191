package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.load.PictureClients;
import dev.sluice.loadtest.load.PictureClients.Answers;
import dev.sluice.loadtest.server.ServerMetrics;
import dev.sluice.loadtest.wire.Discovery;
import dev.sluice.loadtest.wire.PictureCall;
import dev.sluice.loadtest.wire.PictureCalls;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What large pictures do to the event loops, which should never be what decodes them: clients that post photos of digits
 * and wait for their labels, and how many turns of a loop were long meanwhile, by the server's own count.
 *
 * @thread the main thread
 */
final class PictureCosts {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Session session;
    private final Settings settings;
    private final Discovery discovery;

    PictureCosts(Session session) {
        this.session = session;
        this.settings = session.settings();
        this.discovery = new Discovery(settings.target());
    }

    Verdict stalls() throws IOException, InterruptedException {
        List<PictureCall> pictures = PictureCalls.of(settings.megapixels());
        String path = "/models/" + session.model().name() + "/predict";
        try (PictureClients clients =
                new PictureClients(session.vertx(), settings.target(), path, pictures, settings.connections())) {
            clients.run(settings.warmupNanos(), PATIENCE_NANOS);
            ServerMetrics before = ServerMetrics.of(discovery);
            Answers answers = clients.run(settings.lengthNanos(), PATIENCE_NANOS);
            ServerMetrics after = ServerMetrics.of(discovery);
            tell(pictures, answers, after.cpuSeconds() - before.cpuSeconds());
            return labels(answers).and(turns(before, after));
        }
    }

    private void tell(List<PictureCall> pictures, Answers answers, double cpuSeconds) {
        session.say(
                "%d clients, pictures of %.1f megapixels, %,d KB in the mean: %,.1f answered each second,"
                        + " p50 %,.0f ms, p99 %,.0f ms; %.1f ms of the server's CPU time for each",
                settings.connections(),
                settings.megapixels(),
                pictures.stream().mapToLong(picture -> picture.body().length()).sum() / 1000 / pictures.size(),
                answers.right() / answers.seconds(),
                answers.nanos().getValueAtPercentile(50) / 1e6,
                answers.nanos().getValueAtPercentile(99) / 1e6,
                1000 * cpuSeconds / Math.max(1, answers.right()));
    }

    private Verdict labels(Answers answers) {
        boolean allRight = answers.right() > 0 && answers.wrong() + answers.others() == 0;
        session.say(
                "%s %,d answers with the right label, %,d with another or none, %,d requests without an answer",
                allRight ? "PASSED  " : "FAILED  ", answers.right(), answers.wrong(), answers.others());
        return allRight ? Verdict.PASSED : Verdict.FAILED;
    }

    private Verdict turns(ServerMetrics before, ServerMetrics after) {
        long turns = Math.round(after.longTurns() - before.longTurns());
        session.say(
                "%s %,d turns of event loops took 5 ms or longer, and none may; the longest of late took %.2f ms",
                turns == 0 ? "PASSED  " : "FAILED  ", turns, after.longestTurnSeconds() * 1000);
        return turns == 0 ? Verdict.PASSED : Verdict.FAILED;
    }
}

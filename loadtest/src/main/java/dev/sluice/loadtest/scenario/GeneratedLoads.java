package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.arrivals.Arrivals;
import dev.sluice.loadtest.load.EarlyStopping;
import dev.sluice.loadtest.load.Outcome;
import dev.sluice.loadtest.load.PeakSearch;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.Retries;
import dev.sluice.loadtest.load.Tally;
import dev.sluice.loadtest.load.Traffic;
import dev.sluice.loadtest.report.Records;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The loads of the open-loop generator's scenarios, each in proportion to the capacity.
 *
 * @thread the main thread
 */
final class GeneratedLoads {

    private static final String POISSON = "poisson";
    private static final double COMFORTABLE = 0.8;
    private static final double[] CURVE = {0.5, 0.8, 1, 1.5, 2, 3, 5, 10};
    private static final double STORM = 2;
    private static final double PRECISION = 0.05;

    /** A little more than early stopping asks for when none is late: a plan's number of requests is random too. */
    private static final double LEAST_REQUESTS = 550;

    /** The quiet tenant's share of the capacity; the aggressor sends a hundred times as much. */
    private static final double QUIET = 0.05;

    private static final double AGGRESSION = 100;

    private final Session session;
    private final Settings settings;
    private final double capacity;

    GeneratedLoads(Session session, double capacity) {
        this.session = session;
        this.settings = session.settings();
        this.capacity = capacity;
    }

    /** Says what the server can do. */
    Verdict capacity() {
        return Verdict.PASSED;
    }

    /** One run with the arrivals asked for. */
    Verdict open() throws IOException {
        long[] planned = session.plan(settings.arrivals(), session.rate(COMFORTABLE, capacity), "open");
        List<Traffic> traffic = List.of(session.traffic("open", planned));
        Result result = session.run(traffic);
        record(result, "open");
        return session.judge(traffic, result, capacity);
    }

    /** Poisson arrivals at half to ten times the capacity, one run after the other. */
    Verdict curve() throws IOException {
        Path folder = session.folder("curve");
        Records records = new Records(folder);
        Verdict worst = Verdict.PASSED;
        for (double multiple : CURVE) {
            session.say("%.1f times the capacity", multiple);
            List<Traffic> traffic = List.of(poisson("curve", multiple * capacity));
            Result result = session.run(traffic);
            records.addToCurve(result, session.achievable(traffic, result, capacity));
            worst = worst.and(session.judge(traffic, result, capacity));
        }
        session.say("recorded in %s", folder);
        return worst;
    }

    private Traffic poisson(String name, double perSecond) throws IOException {
        return session.traffic(name, session.plan(Arrivals.parse(POISSON), perSecond, name));
    }

    /** The highest Poisson rate at which 99 of 100 are answered within the deadline, proven by early stopping. */
    Verdict server() {
        double first = session.rate(COMFORTABLE, capacity);
        double lowest = LEAST_REQUESTS / (settings.lengthNanos() / 1e9);
        if (first < lowest) {
            throw new IllegalArgumentException(
                    "a run needs %.0f requests to prove anything: raise --seconds, or --rate to %.1f"
                            .formatted(LEAST_REQUESTS, lowest));
        }
        PeakSearch.Peak peak = new PeakSearch(PRECISION, lowest).find(first, this::trial);
        session.say(
                "Poisson server scenario (MLPerf-like, unverified): %,.1f/s with 99 %% within %.1f ms%s",
                peak.perSecond(),
                settings.deadlineNanos() / 1e6,
                peak.ceiling() ? "; the generator could not send more, so the server's limit is higher" : "");
        if (peak.ceiling()) {
            return Verdict.INVALID;
        }
        return peak.perSecond() > 0 ? Verdict.PASSED : Verdict.FAILED;
    }

    private PeakSearch.Verdict trial(double perSecond) {
        session.say("trying %,.1f/s", perSecond);
        long[] planned = session.plan(settings.arrivals(), perSecond, "server");
        Result result = session.run(List.of(session.traffic("server", planned)));
        if (!result.doubts().isEmpty()) {
            return PeakSearch.Verdict.DOUBTFUL;
        }
        long requests = result.tallies().getFirst().requests();
        long over = requests - result.count(Outcome.IN_TIME);
        return EarlyStopping.proves(requests, over) ? PeakSearch.Verdict.PASSED : PeakSearch.Verdict.FAILED;
    }

    /** A quiet tenant alone, and beside one that sends a hundred times as much. */
    Verdict tenants() throws IOException {
        double quietRate = session.rate(QUIET, capacity);
        long[] quiet = session.plan(Arrivals.parse(POISSON), quietRate, "quiet");
        long[] aggressor = session.plan(Arrivals.parse(POISSON), AGGRESSION * quietRate, "aggressor");
        session.say("the quiet tenant alone");
        session.run(List.of(session.tenant("quiet", quiet)));
        session.say("beside an aggressor (the server must tell them apart by %s)", settings.clientHeader());
        Result both = session.run(List.of(session.tenant("quiet", quiet), session.tenant("aggressor", aggressor)));
        record(both, "tenants");
        Tally spared = both.tallies().getFirst();
        double share = (double) spared.count(Outcome.IN_TIME) / Math.max(1, spared.requests());
        session.say("the quiet tenant was answered in time in %.2f %% of its requests", 100 * share);
        Verdict verdict = share >= settings.leastGoodput() ? Verdict.PASSED : Verdict.FAILED;
        verdict = verdict.and(session.failures(both));
        return both.doubts().isEmpty() ? verdict : Verdict.INVALID;
    }

    /** Twice the capacity, by clients that come back when they are told to, and then by clients that do not listen. */
    Verdict retries() throws IOException {
        Verdict worst = Verdict.PASSED;
        for (Retries retries : List.of(Retries.HONOUR, Retries.IGNORE)) {
            String name = retries == Retries.HONOUR ? "polite" : "impatient";
            long[] planned = session.plan(Arrivals.parse(POISSON), session.rate(STORM, capacity), name);
            List<Traffic> traffic = List.of(session.retrying(name, retries, planned));
            Result result = session.run(traffic);
            record(result, "retries-" + name);
            long requests = result.tallies().getFirst().requests();
            session.say("%.2f requests were sent for each that was meant", (double) requests / planned.length);
            worst = worst.and(session.judge(traffic, result, capacity));
        }
        return worst;
    }

    private void record(Result result, String name) throws IOException {
        Path folder = session.folder(name);
        new Records(folder).write(result);
        session.say("recorded in %s", folder);
    }
}

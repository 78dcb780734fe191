package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.arrivals.Arrivals;
import dev.sluice.loadtest.load.EarlyStopping;
import dev.sluice.loadtest.load.Outcome;
import dev.sluice.loadtest.load.PeakSearch;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.Retries;
import dev.sluice.loadtest.load.StepResponse;
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
    private static final String STEP = "step";
    private static final double AT_ONCE = 0.95;
    private static final double PRECISION = 0.05;

    /** A little more than early stopping asks for when none is late: a plan's number of requests is random too. */
    private static final double LEAST_REQUESTS = 550;

    /** The quiet tenant's share of the capacity; the aggressor sends a hundred times as much. */
    private static final double QUIET = 0.05;

    private static final double AGGRESSION = 100;

    /** Of the quiet tenant's requests, and of critical ones, in time. */
    private static final double SPARED = 0.99;

    private static final double CRITICAL_SPARED = 0.999;
    private static final double CRITICAL = 0.5;
    private static final double SHEDDABLE = 10;
    private static final int HIGHEST = 1;
    private static final int LOWEST = 4;

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

    /** Poisson arrivals at multiples of the capacity, one run after the other. */
    Verdict curve() throws IOException {
        double highest = settings.times().stream().max(Double::compare).orElseThrow();
        session.rehearse(nanos -> curve(highest, nanos));
        Path folder = session.folder("curve");
        Records records = new Records(folder);
        Verdict worst = Verdict.PASSED;
        for (double multiple : settings.times()) {
            session.say("%.1f times the capacity", multiple);
            List<Traffic> traffic = curve(multiple, settings.lengthNanos());
            Result result = session.run(traffic);
            records.addToCurve(result, session.achievable(traffic, result, capacity));
            worst = worst.and(session.judge(traffic, result, capacity));
        }
        session.say("recorded in %s", folder);
        return worst;
    }

    private List<Traffic> curve(double multiple, long nanos) throws IOException {
        return List.of(session.traffic("curve", planned(POISSON, multiple * capacity, "curve", nanos)));
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
        session.rehearse(this::tenants);
        List<Traffic> both = tenants(settings.lengthNanos());
        session.say("the quiet tenant alone");
        session.run(both.subList(0, 1));
        session.say("beside an aggressor (the server must tell them apart by %s)", settings.clientHeader());
        Result result = session.run(both);
        record(result, "tenants");
        return spared(result, SPARED);
    }

    private List<Traffic> tenants(long nanos) throws IOException {
        double quietRate = session.rate(QUIET, capacity);
        return List.of(
                session.tenant("quiet", planned(POISSON, quietRate, "quiet", nanos)),
                session.tenant("aggressor", planned(POISSON, AGGRESSION * quietRate, "aggressor", nanos)));
    }

    /** Critical requests at half the capacity, beside ten times the capacity of those that may be shed. */
    Verdict critical() throws IOException {
        session.rehearse(this::critical);
        Result both = session.run(critical(settings.lengthNanos()));
        record(both, "critical");
        return spared(both, CRITICAL_SPARED);
    }

    private List<Traffic> critical(long nanos) throws IOException {
        return List.of(
                session.prioritised("critical", HIGHEST, planned(POISSON, CRITICAL * capacity, "critical", nanos)),
                session.prioritised("sheddable", LOWEST, planned(POISSON, SHEDDABLE * capacity, "sheddable", nanos)));
    }

    /** By what came of the first kind of traffic. */
    private Verdict spared(Result result, double least) {
        Tally spared = result.tallies().getFirst();
        double share = (double) spared.count(Outcome.IN_TIME) / Math.max(1, spared.requests());
        session.say(
                "%s was answered in time in %.2f %% of its requests; %.1f %% are asked for",
                spared.name(), 100 * share, 100 * least);
        Verdict verdict = share >= least ? Verdict.PASSED : Verdict.FAILED;
        verdict = verdict.and(session.failures(result));
        return result.doubts().isEmpty() ? verdict : Verdict.INVALID;
    }

    /** Half the capacity, three times it, and half again: goodput follows at once, and nothing is shed afterwards. */
    Verdict step() throws IOException {
        session.rehearse(this::step);
        List<Traffic> traffic = step(settings.lengthNanos());
        Result result = session.run(traffic);
        record(result, STEP);
        StepResponse response = StepResponse.of(result);
        double share = response.afterTheStep() / Math.max(1e-9, response.steady());
        session.say(
                "%.1f/s in time once settled (%.0f ms after the step), then %.1f/s: %.1f %%; %.0f %% are asked for",
                response.afterTheStep(),
                1000 * response.settleSeconds(),
                response.steady(),
                100 * share,
                100 * AT_ONCE);
        session.say("%,d refused a second or later after the step back", response.refusedAfterTheStepBack());
        boolean followed = share >= AT_ONCE && response.refusedAfterTheStepBack() == 0;
        return session.judge(traffic, result, capacity).and(followed ? Verdict.PASSED : Verdict.FAILED);
    }

    private List<Traffic> step(long nanos) throws IOException {
        return List.of(session.traffic(STEP, planned(STEP, session.rate(1, capacity), STEP, nanos)));
    }

    /** The same step, by clients that come back when they are told to, and by clients that do not listen. */
    Verdict retries() throws IOException {
        Verdict worst = Verdict.PASSED;
        for (Retries retries : List.of(Retries.HONOUR, Retries.IGNORE)) {
            String name = retries == Retries.HONOUR ? "polite" : "impatient";
            session.rehearse(nanos -> retrying(name, retries, nanos));
            List<Traffic> traffic = retrying(name, retries, settings.lengthNanos());
            Result result = session.run(traffic);
            record(result, "retries-" + name);
            long requests = result.tallies().getFirst().requests();
            long[] planned = traffic.getFirst().plannedNanos();
            double recovered = StepResponse.of(result).recovered(planned);
            session.say(
                    "%.2f requests were sent for each that was meant; at the end %.1f %% of what was meant was in time",
                    (double) requests / planned.length, 100 * recovered);
            worst = worst.and(session.judge(traffic, result, capacity))
                    .and(recovered >= AT_ONCE ? Verdict.PASSED : Verdict.FAILED);
        }
        return worst;
    }

    private List<Traffic> retrying(String name, Retries retries, long nanos) throws IOException {
        long[] planned = planned(STEP, session.rate(1, capacity), name, nanos);
        return List.of(session.retrying(name, retries, planned));
    }

    private long[] planned(String arrivals, double perSecond, String name, long nanos) throws IOException {
        return session.plan(Arrivals.parse(arrivals), perSecond, name, nanos);
    }

    private void record(Result result, String name) throws IOException {
        Path folder = session.folder(name);
        new Records(folder).write(result);
        session.say("recorded in %s", folder);
    }
}

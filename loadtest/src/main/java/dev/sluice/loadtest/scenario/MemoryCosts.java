package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.arrivals.Arrivals;
import dev.sluice.loadtest.load.IdleStreams;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.Traffic;
import dev.sluice.loadtest.server.ResidentPeak;
import dev.sluice.loadtest.server.ServerMetrics;
import dev.sluice.loadtest.server.ServerProcess;
import dev.sluice.loadtest.wire.Discovery;
import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.InferCalls;
import java.io.IOException;
import java.util.List;

/**
 * What the server's memory does: the kernel's figure, and what is in use once its garbage has been collected.
 *
 * @thread the main thread
 */
final class MemoryCosts {

    private static final double COMFORTABLE = 0.8;
    private static final double OVERLOAD = 10;
    private static final double MOST_OVER_COMFORTABLE = 1.5;
    private static final double MOST_GROWTH = 1.05;
    private static final double GROWTH_THAT_IS_NONE = 1 << 20;
    private static final double MOST_FOR_A_STREAM = 12 * 1024;
    private static final double MIB = 1 << 20;

    private final Session session;
    private final Settings settings;
    private final ServerProcess process;
    private final Discovery discovery;
    private Verdict verdict = Verdict.PASSED;

    MemoryCosts(Session session) {
        this.session = session;
        this.settings = session.settings();
        this.process = settings.process();
        this.discovery = new Discovery(settings.target());
    }

    /** What is left after a collection, and what the kernel holds. */
    private record Memory(double inUse, double resident) {}

    private Memory memory() throws IOException, InterruptedException {
        process.collect();
        ServerMetrics metrics = ServerMetrics.of(discovery);
        return new Memory(metrics.heapBytes() + metrics.directBytes(), process.residentBytes());
    }

    /** As many WebSockets as connections were asked for, which say nothing. */
    Verdict idleStreams() throws IOException, InterruptedException {
        InferCalls calls = new InferCalls(session.model(), 0, 0);
        InferCall call = calls.streamed(calls.json());
        int connections = settings.connections();
        Traffic nothing = new Traffic("idle", call, settings.deadlineNanos(), new long[0]);
        session.capacity(); // so that code and pools that every server has are there
        Memory before = memory();
        Memory open;
        try (IdleStreams streams = new IdleStreams(session.vertx(), settings.target(), settings.load(), nothing)) {
            streams.open();
            open = memory();
        }
        double each = (open.inUse() - before.inUse()) / connections;
        session.say(
                "%,d idle WebSockets: %,.1f KiB each in use (heap and direct buffers, garbage collected); resident %,.1f KiB each",
                connections, each / 1024, (open.resident() - before.resident()) / connections / 1024);
        session.say(
                "%s %.1f KiB are allowed",
                each <= MOST_FOR_A_STREAM ? "PASSED  " : "FAILED  ", MOST_FOR_A_STREAM / 1024);
        return each <= MOST_FOR_A_STREAM ? Verdict.PASSED : Verdict.FAILED;
    }

    /** Below the capacity, and twice ten times as much as that: what one overload needs, the next has already. */
    Verdict overload() throws IOException, InterruptedException {
        double capacity = session.capacity();
        double comfortable = peak(COMFORTABLE, capacity);
        double before = memory().inUse();
        double overloaded = peak(OVERLOAD, capacity);
        double once = memory().inUse();
        overloaded = Math.max(overloaded, peak(OVERLOAD, capacity));
        double twice = memory().inUse();
        boolean bounded = overloaded <= MOST_OVER_COMFORTABLE * comfortable;
        boolean flat = twice <= MOST_GROWTH * once + GROWTH_THAT_IS_NONE;
        session.say(
                "%s resident, at most: %.0f MiB at %.1f times the capacity, %.0f MiB at %.0f times: %.2f; %.1f is allowed",
                bounded ? "PASSED  " : "FAILED  ",
                comfortable / MIB,
                COMFORTABLE,
                overloaded / MIB,
                OVERLOAD,
                overloaded / comfortable,
                MOST_OVER_COMFORTABLE);
        session.say(
                "%s in use after a collection: %.1f MiB before any overload, %.1f MiB after one, %.1f MiB after another",
                flat ? "PASSED  " : "FAILED  ", before / MIB, once / MIB, twice / MIB);
        return verdict.and(bounded && flat ? Verdict.PASSED : Verdict.FAILED);
    }

    private double peak(double multiple, double capacity) throws IOException {
        session.say("%.1f times the capacity", multiple);
        String name = "memory-" + multiple;
        long[] planned = session.plan(Arrivals.parse("poisson"), multiple * capacity, name);
        try (ResidentPeak peak = new ResidentPeak(process)) {
            Result result = session.run(List.of(session.traffic(name, planned)));
            verdict = verdict.and(session.failures(result));
            return peak.bytes();
        }
    }
}

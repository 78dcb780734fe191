package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.load.ClosedLoop;
import dev.sluice.loadtest.load.Outcome;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.Traffic;
import dev.sluice.loadtest.server.ServerMetrics;
import dev.sluice.loadtest.wire.Discovery;
import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.InferCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Requests for each second of the server's CPU time, by protocol: as many clients that wait for their answers each way,
 * in windows that take turns, so that a slow spell of the machine hits all alike.
 *
 * <p>CPU time of the server's process and not a rate, because the generator uses up the same cores.
 *
 * @thread the main thread
 */
final class ProtocolCosts {

    /** Short windows and many of them: a slow spell of the machine is longer than a round, and so in both sides of its ratios. */
    private static final int ROUNDS = 15;

    private static final int WINDOWS_IN_LENGTH = 3;
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    /** Where each stands in the list of ways. */
    private static final int HTTP_JSON = 0;

    private static final int HTTP_BINARY = 1;
    private static final int STREAM_BINARY = 3;
    private static final int GRPC = 4;
    private static final int SHARED_STREAM_JSON = 5;

    /** A stream is for many requests at once: one at a time costs a read and a write each, as it does over HTTP/1.1. */
    private static final int ON_A_STREAM = 8;

    private static final double STREAM_TARGET = 1.3;
    private static final double GRPC_TARGET = 1;

    /** What one window came to. */
    private record Cost(double perCpuSecond, double perSecond, double serverCores, double rowsInABatch, long others) {}

    private final Session session;
    private final Settings settings;
    private final Discovery discovery;
    private final List<Traffic> ways;

    ProtocolCosts(Session session) {
        this.session = session;
        this.settings = session.settings();
        this.discovery = new Discovery(settings.target());
        InferCalls calls = new InferCalls(session.model(), 0, 0);
        this.ways = List.of(
                way("HTTP/1.1 JSON", calls.json()),
                way("HTTP/1.1 binary", calls.binary()),
                way("WebSocket JSON", calls.streamed(calls.json())),
                way("WebSocket binary", calls.streamed(calls.binary())),
                way("gRPC raw", calls.grpc()),
                way("WebSocket JSON, " + ON_A_STREAM + " at a time", calls.streamed(calls.json())));
    }

    private static Traffic way(String name, InferCall call) {
        return new Traffic(name, call, PATIENCE_NANOS, new long[0]);
    }

    private ClosedLoop clients(int way, long nanos) {
        return way == SHARED_STREAM_JSON
                ? session.sharing(ways.get(way), nanos, ON_A_STREAM)
                : session.clients(ways.get(way), nanos);
    }

    Verdict compare() throws InterruptedException {
        for (int way = 0; way < ways.size(); way++) {
            try (ClosedLoop clients = clients(way, settings.warmupNanos())) {
                clients.run();
            }
        }
        List<List<Cost>> costs = measure();
        table(costs);
        long others =
                costs.stream().flatMap(List::stream).mapToLong(Cost::others).sum();
        if (others > 0) {
            session.say(
                    "INVALID  %,d requests were not answered with 200, which costs less: fewer --connections", others);
            return Verdict.INVALID;
        }
        return ratio(costs, SHARED_STREAM_JSON, HTTP_JSON, STREAM_TARGET)
                .and(ratio(costs, STREAM_BINARY, HTTP_JSON, STREAM_TARGET))
                .and(ratio(costs, GRPC, HTTP_BINARY, GRPC_TARGET));
    }

    /** The connections stay open from window to window: opening them is not what is measured. */
    private List<List<Cost>> measure() throws InterruptedException {
        List<ClosedLoop> clients = IntStream.range(0, ways.size())
                .mapToObj(way -> clients(way, settings.lengthNanos() / WINDOWS_IN_LENGTH))
                .toList();
        List<List<Cost>> costs =
                ways.stream().map(way -> (List<Cost>) new ArrayList<Cost>()).toList();
        try {
            clients.forEach(ClosedLoop::run);
            for (int round = 0; round < ROUNDS; round++) {
                for (int way = 0; way < ways.size(); way++) {
                    costs.get(way).add(window(clients.get(way)));
                }
            }
        } finally {
            clients.forEach(ClosedLoop::close);
        }
        return costs;
    }

    private Cost window(ClosedLoop clients) throws InterruptedException {
        ServerMetrics before = ServerMetrics.of(discovery);
        long beganNanos = System.nanoTime();
        Result result = clients.run();
        double seconds = (System.nanoTime() - beganNanos) / 1e9;
        ServerMetrics after = ServerMetrics.of(discovery);
        long answered = result.count(Outcome.IN_TIME);
        double cpu = after.cpuSeconds() - before.cpuSeconds();
        String model = "model=\"" + session.model().name() + "\"";
        double batches = after.total("sluice_batch_rows_count", model) - before.total("sluice_batch_rows_count", model);
        double rows = after.total("sluice_batch_rows_sum", model) - before.total("sluice_batch_rows_sum", model);
        return new Cost(
                answered / cpu,
                answered / seconds,
                cpu / seconds,
                rows / batches,
                result.tallies().getFirst().requests() - answered);
    }

    private void table(List<List<Cost>> costs) {
        session.say("%d clients that wait for their answers; medians of %d windows", settings.connections(), ROUNDS);
        session.say(
                "| protocol | requests per CPU-second | [least-most] | requests/s | server's cores | rows in a batch |");
        session.say("|---|---|---|---|---|---|");
        for (int way = 0; way < ways.size(); way++) {
            List<Cost> windows = costs.get(way);
            Spread perCpuSecond = Spread.of(windows, Cost::perCpuSecond);
            session.say(
                    "| %s | %,.0f | [%,.0f-%,.0f] | %,.0f | %.2f | %.1f |",
                    ways.get(way).name(),
                    perCpuSecond.median(),
                    perCpuSecond.least(),
                    perCpuSecond.most(),
                    Spread.of(windows, Cost::perSecond).median(),
                    Spread.of(windows, Cost::serverCores).median(),
                    Spread.of(windows, Cost::rowsInABatch).median());
        }
    }

    /** Each ratio is taken within a round, since machines drift. */
    private Verdict ratio(List<List<Cost>> costs, int way, int reference, double target) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            ratios.add(costs.get(way).get(round).perCpuSecond()
                    / costs.get(reference).get(round).perCpuSecond());
        }
        Spread spread = Spread.of(ratios, Double::doubleValue);
        boolean reached = spread.median() >= target;
        session.say(
                "%s %s : %s, requests per CPU-second: %.2f [%.2f-%.2f]; %.1f is asked for",
                reached ? "PASSED  " : "FAILED  ",
                ways.get(way).name(),
                ways.get(reference).name(),
                spread.median(),
                spread.least(),
                spread.most(),
                target);
        return reached ? Verdict.PASSED : Verdict.FAILED;
    }
}

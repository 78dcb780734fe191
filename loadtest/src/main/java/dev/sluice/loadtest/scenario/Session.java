package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.arrivals.Arrivals;
import dev.sluice.loadtest.load.Achievable;
import dev.sluice.loadtest.load.ClosedLoop;
import dev.sluice.loadtest.load.LoadOptions;
import dev.sluice.loadtest.load.OpenLoop;
import dev.sluice.loadtest.load.Outcome;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.Retries;
import dev.sluice.loadtest.load.Tally;
import dev.sluice.loadtest.load.Traffic;
import dev.sluice.loadtest.report.Summary;
import dev.sluice.loadtest.wire.Discovery;
import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.InferCalls;
import dev.sluice.loadtest.wire.ModelInfo;
import dev.sluice.loadtest.wire.Protocol;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/**
 * What all scenarios do: warm up, measure the capacity, send, say what came of it, and judge.
 *
 * @thread the main thread
 * @owns its Vert.x
 */
final class Session implements AutoCloseable {

    /** Enough to keep several instances in full batches, and little enough to wait in no queue's end. */
    private static final int PROBING_CLIENTS = 128;

    private static final long LONGEST_PROBE_NANOS = 20_000_000_000L;
    private static final long PROBE_PATIENCE_NANOS = 30_000_000_000L;

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final String LOW_GOODPUT =
            "FAILED   %.1f/s in time, and %.1f/s would have been achievable (%.1f %%)";

    private final Vertx vertx = Vertx.vertx();
    private final Settings settings;
    private final PrintStream out;
    private final ModelInfo model;
    private final InferCall call;
    private final InferCall patientCall;

    Session(Settings settings, PrintStream out) throws IOException, InterruptedException {
        this.settings = settings;
        this.out = out;
        this.model = new Discovery(settings.target()).model(settings.model());
        this.call = payload(settings.protocol(), settings.deadlineNanos() / 1000, 0);
        this.patientCall = payload(settings.protocol(), 0, 0);
    }

    private InferCall payload(Protocol protocol, long timeoutMicros, int priority) throws IOException {
        InferCalls calls = new InferCalls(model, timeoutMicros, priority);
        return switch (protocol) {
            case HTTP -> body(calls);
            case WEBSOCKET -> calls.streamed(body(calls));
            case GRPC -> calls.grpc();
        };
    }

    private InferCall body(InferCalls calls) throws IOException {
        return switch (settings.payload()) {
            case "json" -> calls.json();
            case "binary" -> calls.binary();
            default -> calls.verbatim(Buffer.buffer(read(Path.of(settings.payload()))));
        };
    }

    private static byte[] read(Path payload) throws IOException {
        try {
            return Files.readAllBytes(payload);
        } catch (NoSuchFileException missing) {
            throw new IllegalArgumentException(
                    "--payload takes json, binary or a file with a body, and there is no file " + payload, missing);
        }
    }

    Vertx vertx() {
        return vertx;
    }

    Settings settings() {
        return settings;
    }

    ModelInfo model() {
        return model;
    }

    /** The payload asked for, with the deadline. */
    InferCall call() {
        return call;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would cost a library
    void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }

    /** A folder of its own for what this run records. */
    Path folder(String scenario) {
        return settings.out().resolve(scenario + "-" + STAMP.format(LocalDateTime.now(ZoneId.systemDefault())));
    }

    /**
     * Warms up, and finds out how many requests a second the server serves, unless that was said. The probing requests
     * have no deadline: refusals that come back at once would make such clients hammer the server.
     */
    double capacity() {
        int clients = Math.min(PROBING_CLIENTS, settings.connections());
        Traffic traffic = new Traffic("probe", patientCall, PROBE_PATIENCE_NANOS, new long[0]);
        probe(traffic, settings.warmupNanos(), clients);
        if (settings.capacity() > 0) {
            return settings.capacity();
        }
        Result result = probe(traffic, Math.min(settings.lengthNanos(), LONGEST_PROBE_NANOS), clients);
        double capacity = result.goodput();
        if (capacity == 0) {
            throw new IllegalArgumentException("the server answers nothing with 200: " + Summary.of(result));
        }
        say("capacity: %,.1f/s with %d clients that wait for their answers", capacity, clients);
        return capacity;
    }

    private Result probe(Traffic traffic, long nanos, int clients) {
        return ClosedLoop.run(vertx, settings.target(), patient(nanos, clients), traffic);
    }

    /** Clients that wait for their answers, one on each of the connections asked for, for that long each time. */
    ClosedLoop clients(Traffic traffic, long nanos) {
        return new ClosedLoop(vertx, settings.target(), patient(nanos, settings.connections()), traffic);
    }

    /** As many clients, so many of whom share a stream. */
    ClosedLoop sharing(Traffic traffic, long nanos, int clientsOfAStream) {
        LoadOptions options =
                new LoadOptions(nanos, settings.connections(), clientsOfAStream, PROBE_PATIENCE_NANOS, nanos);
        return new ClosedLoop(vertx, settings.target(), options, traffic);
    }

    private static LoadOptions patient(long nanos, int clients) {
        return new LoadOptions(nanos, clients, PROBE_PATIENCE_NANOS, nanos);
    }

    /** @errors {@link IllegalArgumentException} if another protocol was asked for, which that scenario does not speak */
    void requireHttp(Scenario scenario) {
        if (settings.protocol() != Protocol.HTTP) {
            throw new IllegalArgumentException(scenario.label() + " chooses its protocol itself, without --protocol "
                    + settings.protocol().label());
        }
    }

    /** The rate asked for, or else that multiple of the capacity. */
    double rate(double multiple, double capacity) {
        return settings.perSecond() > 0 ? settings.perSecond() : multiple * capacity;
    }

    /** Plans requests; each name gets moments of its own. */
    long[] plan(Arrivals arrivals, double perSecond, String name) {
        return plan(arrivals, perSecond, name, settings.lengthNanos());
    }

    /** The same for a run of that length. */
    long[] plan(Arrivals arrivals, double perSecond, String name, long nanos) {
        return arrivals.planned(perSecond, nanos, settings.seed() * 31 + name.hashCode());
    }

    Traffic traffic(String name, long[] planned) {
        return new Traffic(name, call, settings.deadlineNanos(), planned);
    }

    /** A kind of traffic with a priority, as the server counts them. */
    Traffic prioritised(String name, int priority, long[] planned) throws IOException {
        InferCall prioritised = payload(settings.protocol(), settings.deadlineNanos() / 1000, priority)
                .with("sluice-priority", Integer.toString(priority)); // or the server must read a body to know it
        return new Traffic(name, prioritised, settings.deadlineNanos(), planned);
    }

    Traffic tenant(String name, long[] planned) {
        return new Traffic(name, call.with(settings.clientHeader(), name), settings.deadlineNanos(), planned);
    }

    Traffic retrying(String name, Retries retries, long[] planned) {
        return new Traffic(name, call, settings.deadlineNanos(), retries, planned);
    }

    Result run(List<Traffic> traffic) {
        Result result = OpenLoop.run(vertx, settings.target(), settings.load(), traffic, this::progress);
        say("%s", Summary.of(result));
        return result;
    }

    /**
     * Sends what is to be measured for as long as warming up takes, and looks at none of it: clients that wait for their
     * answers are never refused any, so a server that they have warmed up has its first refusals still to compile.
     */
    void rehearse(TrafficPlan plan) throws IOException {
        List<Traffic> traffic = plan.during(settings.warmupNanos());
        LoadOptions options = settings.load(settings.warmupNanos());
        OpenLoop.run(vertx, settings.target(), options, traffic, (seconds, tallies) -> {});
    }

    private void progress(double seconds, List<Tally> tallies) {
        long requests = tallies.stream().mapToLong(Tally::requests).sum();
        long inTime = tallies.stream()
                .mapToLong(tally -> tally.count(Outcome.IN_TIME))
                .sum();
        say("  after %.0f s: %,d requests, %,d answered in time", seconds, requests, inTime);
    }

    /** By goodput against what is achievable, and by failures, of which there may be none. */
    Verdict judge(List<Traffic> traffic, Result result, double capacity) {
        double achievable = achievable(traffic, result, capacity);
        Verdict verdict = failures(result);
        if (result.goodput() < settings.leastGoodput() * achievable) {
            say(LOW_GOODPUT, result.goodput(), achievable, 100 * result.goodput() / achievable);
            verdict = Verdict.FAILED;
        }
        return result.doubts().isEmpty() ? verdict : Verdict.INVALID;
    }

    /** Answers in time each second by a perfect server. */
    double achievable(List<Traffic> traffic, Result result, double capacity) {
        return result.perSecond(Achievable.requests(traffic, capacity));
    }

    Verdict failures(Result result) {
        if (result.failures() > 0) {
            say("FAILED   %,d requests ended neither with an answer nor with a proper refusal", result.failures());
            return Verdict.FAILED;
        }
        return Verdict.PASSED;
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}

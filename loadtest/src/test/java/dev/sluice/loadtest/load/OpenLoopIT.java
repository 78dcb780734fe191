package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.Protocol;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Counts are exact whatever the server does, and time it makes others wait is not left out. */
final class OpenLoopIT {

    private static final long MILLI = 1_000_000;
    private static final long LENGTH = 500 * MILLI;
    private static final long NEVER_LATE = 60_000 * MILLI;
    private static final int COUNT = 100;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static Traffic traffic(String name, long deadlineNanos, Retries retries) {
        long[] planned = LongStream.range(0, COUNT).map(i -> i * LENGTH / COUNT).toArray();
        InferCall call = new InferCall(Protocol.HTTP, "/infer", Map.of("x-name", name), 4, Buffer.buffer("body"));
        return new Traffic(name, call, deadlineNanos, retries, planned);
    }

    private static LoadOptions options(int connections, long patienceNanos) {
        return new LoadOptions(LENGTH, connections, patienceNanos, 100 * MILLI);
    }

    private Result run(Consumer<HttpServerRequest> handler, LoadOptions options, Traffic... traffic) {
        try (StubServer server = new StubServer(handler)) {
            Target target = new Target("127.0.0.1", server.port());
            return OpenLoop.run(vertx, target, options, List.of(traffic), (seconds, tallies) -> {});
        }
    }

    private static void assertCounts(Tally tally, Map<Outcome, Long> expected) {
        for (Outcome outcome : Outcome.values()) {
            assertEquals(expected.getOrDefault(outcome, 0L), tally.count(outcome), outcome.label());
        }
        assertEquals(tally.requests(), windows(tally));
    }

    private static long windows(Tally tally) {
        long ended = 0;
        long planned = 0;
        for (int window = 0; window < tally.windows().count(); window++) {
            planned += tally.windows().planned(window);
            for (Outcome outcome : Outcome.values()) {
                ended += tally.windows().ended(window, outcome);
            }
        }
        assertEquals(planned, ended);
        return ended;
    }

    @Test
    void everyRequestOfEveryKindArrivesOnceAndIsCountedOnce() {
        AtomicInteger ones = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        Result result = run(
                request -> {
                    ("one".equals(request.getHeader("x-name")) ? ones : others).incrementAndGet();
                    request.response().end("{}");
                },
                options(2 * COUNT, NEVER_LATE),
                traffic("one", NEVER_LATE, Retries.NONE),
                traffic("other", NEVER_LATE, Retries.NONE));
        assertEquals(COUNT, ones.get());
        assertEquals(COUNT, others.get());
        result.tallies().forEach(tally -> assertCounts(tally, Map.of(Outcome.IN_TIME, (long) COUNT)));
        assertEquals(COUNT / 0.5, result.perSecond(COUNT));
        assertEquals(2 * COUNT / 0.5, result.goodput());
        assertEquals(
                List.of("one", "other"),
                result.tallies().stream().map(Tally::name).toList());
    }

    @Test
    void eachAnswerHasItsOutcome() {
        AtomicInteger turn = new AtomicInteger();
        Result result = run(
                request -> answer(request, turn.getAndIncrement() % 10),
                options(2 * COUNT, NEVER_LATE),
                traffic("t", NEVER_LATE, Retries.NONE));
        assertCounts(
                result.tallies().getFirst(),
                Map.of(
                        Outcome.IN_TIME, 10L,
                        Outcome.THROTTLED, 10L,
                        Outcome.OVERLOADED, 10L,
                        Outcome.EXPIRED, 10L,
                        Outcome.ERROR, 50L,
                        Outcome.BROKEN, 10L));
        assertEquals(60, result.failures());
    }

    private static void answer(HttpServerRequest request, int kind) {
        switch (kind) {
            case 0 -> request.response().end("{}");
            case 1 ->
                request.response()
                        .setStatusCode(429)
                        .putHeader("retry-after", "1")
                        .end();
            case 2 ->
                request.response()
                        .setStatusCode(503)
                        .putHeader("retry-after", "1")
                        .end();
            case 3 -> request.response().setStatusCode(504).end();
            case 4 -> request.response().setStatusCode(429).end();
            case 5 -> request.response().setStatusCode(503).end();
            case 6 -> request.response().setStatusCode(500).end();
            case 7 -> request.response().setStatusCode(400).end();
            case 8 -> request.response().setStatusCode(204).end();
            default -> request.connection().close();
        }
    }

    /**
     * The server holds everything back until the last request is there. Clients that wait for their answers would have sent
     * one request and seen one long latency. Who is late follows from the plan, so no machine is too slow for this.
     */
    @Test
    void aStallCountsForAllThatWereToBeSentMeanwhile() {
        List<HttpServerRequest> held = new ArrayList<>();
        long deadline = LENGTH / 10;
        Traffic traffic = traffic("t", deadline, Retries.NONE);
        Result result = run(
                request -> {
                    held.add(request);
                    if (held.size() == COUNT) {
                        held.forEach(waiting -> waiting.response().end());
                    }
                },
                options(COUNT, NEVER_LATE),
                traffic);
        Tally tally = result.tallies().getFirst();
        long lastPlanned = traffic.plannedNanos()[COUNT - 1];
        long lateByPlan = LongStream.of(traffic.plannedNanos())
                .filter(planned -> planned + deadline < lastPlanned)
                .count();
        assertEquals(89, lateByPlan);
        assertTrue(tally.count(Outcome.LATE) >= lateByPlan, tally.count(Outcome.LATE) + " late");
        assertEquals(COUNT, tally.count(Outcome.IN_TIME) + tally.count(Outcome.LATE));
        assertTrue(tally.servedNanos().getValueAtPercentile(50) >= 0.95 * lastPlanned / 2);
    }

    /** With one connection that the server keeps, the rest cannot be sent; that is said and not forgotten. */
    @Test
    void whatFindsNoConnectionIsNotSentAndTheRunInvalid() {
        Result result = run(request -> {}, options(1, 6 * LENGTH), traffic("t", NEVER_LATE, Retries.NONE));
        assertCounts(result.tallies().getFirst(), Map.of(Outcome.GAVE_UP, 1L, Outcome.NOT_SENT, (long) COUNT - 1));
        assertTrue(result.doubts().stream().anyMatch(doubt -> doubt.contains("raise --connections")));
    }

    @Test
    void anAggressorTakesNobodysConnections() {
        Result result = run(
                request -> {
                    if ("quiet".equals(request.getHeader("x-name"))) {
                        request.response().end();
                    }
                },
                options(COUNT / 2, 6 * LENGTH),
                traffic("aggressor", NEVER_LATE, Retries.NONE),
                traffic("other aggressor", NEVER_LATE, Retries.NONE),
                quiet());
        assertCounts(result.tallies().get(2), Map.of(Outcome.IN_TIME, 10L));
        long half = COUNT / 2;
        result.tallies().stream()
                .limit(2)
                .forEach(tally -> assertCounts(tally, Map.of(Outcome.GAVE_UP, half, Outcome.NOT_SENT, half)));
    }

    private static Traffic quiet() {
        Traffic traffic = traffic("quiet", NEVER_LATE, Retries.NONE);
        return new Traffic(
                "quiet",
                traffic.call(),
                NEVER_LATE,
                LongStream.range(0, 10).map(i -> LENGTH - 1).toArray());
    }

    @Test
    void whoIsNotAnsweredGivesUp() {
        Result result = run(request -> {}, options(COUNT, 50 * MILLI), traffic("t", NEVER_LATE, Retries.NONE));
        assertCounts(result.tallies().getFirst(), Map.of(Outcome.GAVE_UP, (long) COUNT));
    }

    @Test
    void nobodyListensAndEveryRequestIsBroken() {
        int port;
        try (StubServer server = new StubServer(request -> {})) {
            port = server.port();
        }
        Result result = OpenLoop.run(
                vertx,
                new Target("127.0.0.1", port),
                options(2 * COUNT, NEVER_LATE),
                List.of(traffic("t", NEVER_LATE, Retries.NONE)),
                (seconds, tallies) -> {});
        assertCounts(result.tallies().getFirst(), Map.of(Outcome.BROKEN, (long) COUNT));
    }

    @Test
    void whoRetriesComesBackUntilServedAndFiveTimesAtMost() {
        AtomicInteger served = new AtomicInteger();
        Result impatient = run(
                request -> refuse(request, "1"),
                options(COUNT * 2, NEVER_LATE),
                traffic("t", NEVER_LATE, Retries.IGNORE));
        assertCounts(impatient.tallies().getFirst(), Map.of(Outcome.OVERLOADED, 5L * COUNT));
        assertEquals(4L * COUNT, impatient.tallies().getFirst().retries());
        Result polite = run(
                request -> {
                    if (served.incrementAndGet() > COUNT) {
                        request.response().end();
                    } else {
                        refuse(request, "1");
                    }
                },
                options(COUNT * 2, NEVER_LATE),
                traffic("t", NEVER_LATE, Retries.HONOUR));
        assertCounts(
                polite.tallies().getFirst(), Map.of(Outcome.OVERLOADED, (long) COUNT, Outcome.IN_TIME, (long) COUNT));
    }

    private static void refuse(HttpServerRequest request, String seconds) {
        request.response().setStatusCode(503).putHeader("retry-after", seconds).end();
    }
}

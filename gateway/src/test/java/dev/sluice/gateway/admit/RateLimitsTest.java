package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who is held to what, who is told so and how, and that what is held comes back. */
class RateLimitsTest {

    private final FakeTicker ticker = new FakeTicker();
    private final List<String> heard = new ArrayList<>();

    private RateLimits limits(List<String> clients, List<String> models) {
        return new RateLimits(
                new LimitOptions(clients, models, 1024),
                ticker,
                (scope, limit) -> heard.add(scope.word() + " " + limit.word()));
    }

    private RateLimits perClient(String... clients) {
        return limits(List.of(clients), List.of());
    }

    private static Permit in(Admission admission) {
        return assertInstanceOf(Admission.Admitted.class, admission).permit();
    }

    private static <E extends InferenceError> E refused(Class<E> as, Admission admission) {
        return assertInstanceOf(
                as, assertInstanceOf(Admission.Refused.class, admission).error());
    }

    private static InferenceRequest rows(String client, String model, int rows) {
        return new InferenceRequest(
                new ModelId(model, 1),
                "r",
                List.of(),
                List.of("y"),
                rows,
                0,
                client,
                new Deadline(0),
                Cancellation.NEVER);
    }

    private static @Nullable InferenceError charge(RateLimits limits, String client, int rows) {
        return limits.chargeRows(rows(client, "m", rows));
    }

    @Test
    void holdsEachClientToItsOwnRequests() {
        RateLimits limits = perClient("*: 2 requests/10s");
        in(limits.begin("a", "m"));
        in(limits.begin("a", "m"));
        InferenceError.Throttled error = refused(InferenceError.Throttled.class, limits.begin("a", "m"));
        assertEquals(5000, error.retryAfterMillis());
        assertEquals("requests", error.policy());
        assertEquals(
                "this client has used up its requests, 2 in 10 s; there is room for this one in 5000 ms",
                error.message());
        in(limits.begin("b", "m"));
        ticker.set(TimeUnit.SECONDS.toNanos(5) - 1);
        refused(InferenceError.Throttled.class, limits.begin("a", "m"));
        ticker.set(TimeUnit.SECONDS.toNanos(5));
        in(limits.begin("a", "m"));
        assertEquals(List.of("client requests", "client requests"), heard);
    }

    @Test
    void chargesForRows() {
        RateLimits limits = perClient("*: 100 rows/s");
        assertNull(charge(limits, "a", 60));
        InferenceError.Throttled error = assertInstanceOf(InferenceError.Throttled.class, charge(limits, "a", 50));
        assertEquals(100, error.retryAfterMillis());
        assertEquals("rows", error.policy());
        assertNull(charge(limits, "a", 40));
        assertNull(charge(limits, "b", 100));
        assertEquals(List.of("client rows"), heard);
    }

    @Test
    void whatCanNeverPassIsTheRequestsMistake() {
        RateLimits limits = limits(List.of("*: 100 rows/s"), List.of("big: 10 rows/s"));
        InferenceError.InvalidRequest error =
                assertInstanceOf(InferenceError.InvalidRequest.class, charge(limits, "a", 101));
        assertEquals("inputs: have 101 rows, and this client may ask for no more than 100 at once", error.message());
        assertInstanceOf(InferenceError.InvalidRequest.class, limits.chargeRows(rows("a", "big", 11)));
    }

    @Test
    void holdsEachClientToSoManyAtOneTime() {
        RateLimits limits = perClient("*: 2 concurrent");
        Permit first = in(limits.begin("a", "m"));
        in(limits.begin("a", "m"));
        InferenceError.Throttled error = refused(InferenceError.Throttled.class, limits.begin("a", "m"));
        assertEquals("concurrent", error.policy());
        assertTrue(error.retryAfterMillis() > 0);
        in(limits.begin("b", "m"));
        first.release(Verdict.IGNORED);
        in(limits.begin("a", "m"));
        refused(InferenceError.Throttled.class, limits.begin("a", "m"));
        assertEquals(List.of("client concurrent", "client concurrent"), heard);
    }

    @Test
    void aRefusedRequestIsNotOpen() {
        RateLimits limits = limits(List.of("*: 1 requests/s 1 concurrent"), List.of("full: 1 concurrent"));
        in(limits.begin("a", "m")).release(Verdict.IGNORED);
        refused(InferenceError.Throttled.class, limits.begin("a", "m")); // for its rate
        in(limits.begin("b", "full"));
        refused(InferenceError.Overloaded.class, limits.begin("c", "full"));
        ticker.set(TimeUnit.SECONDS.toNanos(1));
        in(limits.begin("a", "m"));
        in(limits.begin("c", "m"));
    }

    @Test
    void whatAModelIsAskedForByAllIsNoClientsOwn() {
        RateLimits limits = limits(List.of("*: 100 requests/s"), List.of("m: 2 requests/s 9 rows/s"));
        in(limits.begin("a", "m"));
        in(limits.begin("b", "m"));
        InferenceError.Overloaded error = refused(InferenceError.Overloaded.class, limits.begin("c", "m"));
        assertEquals(500, error.retryAfterMillis());
        in(limits.begin("c", "another"));
        assertNull(charge(limits, "a", 9));
        assertInstanceOf(InferenceError.Overloaded.class, charge(limits, "b", 1));
        assertEquals(List.of("model requests", "model rows"), heard);
    }

    /** Or else one client could use up for all what it is not given itself. */
    @Test
    void whoIsOverItsQuotaUsesUpNothingOfTheModels() {
        RateLimits limits = limits(List.of("greedy: 1 requests/h"), List.of("m: 2 requests/h"));
        in(limits.begin("greedy", "m"));
        for (int i = 0; i < 100; i++) {
            refused(InferenceError.Throttled.class, limits.begin("greedy", "m"));
        }
        in(limits.begin("modest", "m"));
    }

    @Test
    void saysWhatAClientHasLeft() {
        RateLimits limits = perClient("*: 10 requests/s 100 rows/s 4 concurrent", "free: unlimited");
        in(limits.begin("a", "m"));
        charge(limits, "a", 30);
        Standing standing = limits.standing("a").orElseThrow();
        assertEquals(
                new Standing(Quota.parse("10 requests/s 100 rows/s 4 concurrent"), 100_000_000, 300_000_000, 1),
                standing);
        assertEquals(2, limits.quotasInUse());
        assertTrue(limits.standing("free").isEmpty());
        assertEquals(0, limits.standing("b").orElseThrow().open());
    }

    @Test
    void withoutQuotasNothingIsKept() {
        RateLimits limits = perClient();
        for (int i = 0; i < 10_000; i++) {
            in(limits.begin("a", "m"));
            assertNull(charge(limits, "a", 1_000_000));
        }
        assertEquals(0, limits.quotasInUse());
        assertTrue(limits.standing("a").isEmpty());
    }

    private static void comeAndGo(OpenRequests open, AtomicInteger inside, AtomicInteger most, CyclicBarrier start) {
        try {
            start.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
        }
        for (int i = 0; i < 20_000; i++) {
            if (open.tryEnter("a", 2)) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                open.leave("a");
            }
        }
    }

    @Test
    void noMoreAreOpenThanMayBeWhoeverAsks() throws InterruptedException {
        OpenRequests open = new OpenRequests();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(3);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            threads.add(Thread.ofPlatform().start(() -> comeAndGo(open, inside, most, start)));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(most.get() <= 2, most + " at one time");
        assertEquals(0, open.of("a"));
        assertTrue(open.tryEnter("a", 1));
    }
}

package dev.sluice.gateway.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.cache.ResponseCache.Found;
import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is given again, to whom, and for how long. */
class ResponseCacheTest {

    private static final ModelId MODEL = new ModelId("m", 1);
    private static final long SECOND = 1_000_000_000;
    private static final int HIGH = 1;
    private static final int RANK = 2;
    private static final Follower NOBODY = answer -> {
        throw new AssertionError("nobody waits");
    };

    private final FakeTicker ticker = new FakeTicker();
    private final Set<String> served = new HashSet<>(Set.of("first"));
    private final Counts counts = new Counts();
    private final ResponseCache cache = new ResponseCache(
            new CacheOptions(10_000, 1 << 20), ticker, (model, loading) -> served.contains(loading), counts);

    /** How often each was heard. */
    private static final class Counts implements CacheListener {

        private int hits;
        private int misses;
        private int shared;

        @Override
        public void hit(ModelId model) {
            assertEquals(MODEL, model);
            hits++;
        }

        @Override
        public void missed(ModelId model) {
            assertEquals(MODEL, model);
            misses++;
        }

        @Override
        public void shared(ModelId model) {
            assertEquals(MODEL, model);
            shared++;
        }
    }

    private long bytes() {
        return cache.bytes().values().stream().mapToLong(Long::longValue).sum();
    }

    private static CacheKey key(long number) {
        return new CacheKey(MODEL, "first", number, 0, 0, 0);
    }

    private static Tensor tensor(String name, byte... bytes) {
        ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new Tensor(name, DataType.INT8, new Shape(bytes.length), data);
    }

    private static InferenceResponse answer(byte... bytes) {
        return new InferenceResponse(MODEL, List.of(tensor("y", bytes)), new Timing(9, 9, 9, 9, 9));
    }

    private Flight missed(CacheKey key) {
        return assertInstanceOf(Found.Miss.class, cache.look(key, SECOND, RANK, NOBODY))
                .flight();
    }

    private Found.Hit hit(CacheKey key) {
        return assertInstanceOf(Found.Hit.class, cache.look(key, SECOND, RANK, NOBODY));
    }

    @Test
    void anAnswerIsGivenAgainForItsTime() {
        missed(key(1)).ended(answer((byte) 7));
        ticker.set(SECOND - 1);
        Found.Hit hit = hit(key(1));
        assertEquals(0, hit.ageSeconds());
        assertEquals(7, hit.response().outputs().getFirst().data().get(0));
        assertEquals(new Timing(0, 0, 0, 0, SECOND - 1), hit.response().timing());
        ticker.set(SECOND);
        missed(key(1)).ended(null);
        assertEquals(1, counts.hits);
        assertEquals(2, counts.misses);
    }

    @Test
    void itKeepsNothingOfABatchAlive() {
        byte[] batch = new byte[1000];
        Tensor view = new Tensor(
                "y", DataType.INT8, new Shape(2), ByteBuffer.wrap(batch, 10, 2).slice());
        missed(key(1)).ended(new InferenceResponse(MODEL, List.of(view), new Timing(0, 0, 0, 1, 0)));
        batch[10] = 1;
        ByteBuffer kept = hit(key(1)).response().outputs().getFirst().data();
        assertEquals(2, kept.capacity());
        assertEquals(0, kept.get(0), "what is written over it later");
    }

    @Test
    void anErrorIsNotKeptAndIsNobodyElses() {
        Flight flight = missed(key(1));
        List<@Nullable InferenceResponse> heard = new ArrayList<>();
        assertInstanceOf(Found.Follows.class, cache.look(key(1), SECOND, RANK, heard::add));
        assertInstanceOf(Found.Follows.class, cache.look(key(1), SECOND, RANK, heard::add));
        flight.ended(null);
        assertEquals(2, heard.size());
        heard.forEach(each -> assertNull(each));
        missed(key(1)).ended(null);
        assertEquals(0, cache.underWay());
    }

    @Test
    void whoComesMeanwhileIsGivenTheSameAnswer() {
        Flight flight = missed(key(1));
        List<@Nullable InferenceResponse> heard = new ArrayList<>();
        assertInstanceOf(Found.Follows.class, cache.look(key(1), SECOND, RANK, heard::add));
        InferenceResponse answer = answer((byte) 1);
        flight.ended(answer);
        assertEquals(List.of(answer), heard);
        assertEquals(1, counts.shared);
        hit(key(1));
    }

    @Test
    void noMoreWaitForOneThanAreAllowed() {
        Flight flight = missed(key(1));
        AtomicInteger heard = new AtomicInteger();
        int waiting = 0;
        while (cache.look(key(1), SECOND, RANK, answer -> heard.incrementAndGet()) instanceof Found.Follows) {
            waiting++;
        }
        assertEquals(1024, waiting);
        flight.ended(answer((byte) 1));
        assertEquals(waiting, heard.get());
    }

    @Test
    void whoAsksAnewLeavesItToOthers() {
        missed(key(1)).ended(answer((byte) 1));
        ticker.set(SECOND - 1);
        cache.anew(key(1), SECOND).ended(answer((byte) 2));
        assertEquals(2, hit(key(1)).response().outputs().getFirst().data().get(0));
        ticker.set(2 * SECOND - 2);
        hit(key(1));
        ticker.set(2 * SECOND - 1);
        missed(key(1)).ended(null);
        assertEquals(0, cache.underWay());
    }

    @Test
    void ofAVersionThatLeavesNothingStays() {
        missed(key(1)).ended(answer((byte) 1));
        assertTrue(bytes() > 0);
        Flight late = missed(key(2));
        served.clear();
        cache.forget(MODEL);
        late.ended(answer((byte) 2));
        assertEquals(0, bytes());
        missed(key(1)).ended(null);
        missed(key(2)).ended(null);
    }

    /** Nobody asks for those of the one before again, and others may need the room. */
    @Test
    void ofALoadingThatAnotherTakesThePlaceOfNothingStays() {
        missed(key(1)).ended(answer((byte) 1));
        Flight late = missed(key(2));
        served.clear();
        served.add("second");
        cache.keepOnly(MODEL, "second");
        assertEquals(0, bytes());
        late.ended(answer((byte) 2));
        assertEquals(0, bytes());
        CacheKey anew = new CacheKey(MODEL, "second", 1, 0, 0, 0);
        missed(anew).ended(answer((byte) 3));
        cache.keepOnly(MODEL, "second");
        cache.keepOnly(new ModelId("m", 2), "third");
        assertEquals(3, hit(anew).response().outputs().getFirst().data().get(0));
    }

    @Test
    void itHoldsNoMoreThanItMay() {
        for (int number = 0; number < 1000; number++) {
            missed(key(number)).ended(answer(new byte[100]));
            assertTrue(bytes() <= 10_000, () -> bytes() + " bytes");
        }
        assertTrue(bytes() > 5_000, () -> bytes() + " bytes");
        missed(key(-1)).ended(answer(new byte[20_000]));
        missed(key(-1)).ended(null);
    }

    @Test
    void whatItCannotHoldIsNotCopied() {
        Flight flight = missed(key(1));
        InferenceResponse large = answer(new byte[20_000]);
        assertFalse(flight.keeps(large));
        flight.ended(large);
        assertEquals(0, bytes());
        assertEquals(0, cache.underWay());
        assertTrue(missed(key(1)).keeps(answer(new byte[9_000])));
    }

    @Test
    void anAnswerThatCannotBeKeptIsGivenAllTheSame() {
        ResponseCache broken = new ResponseCache(
                new CacheOptions(10_000, 1 << 20),
                ticker,
                (model, loading) -> {
                    throw new OutOfMemoryError("as if");
                },
                CacheListener.NONE);
        List<@Nullable InferenceResponse> heard = new ArrayList<>();
        Flight flight = assertInstanceOf(Found.Miss.class, broken.look(key(1), SECOND, RANK, NOBODY))
                .flight();
        Follower untold = answer -> {
            throw new IllegalStateException("its loop has ended");
        };
        assertInstanceOf(Found.Follows.class, broken.look(key(1), SECOND, RANK, untold));
        assertInstanceOf(Found.Follows.class, broken.look(key(1), SECOND, RANK, heard::add));
        InferenceResponse answer = answer((byte) 1);
        assertThrows(OutOfMemoryError.class, () -> flight.ended(answer));
        assertEquals(List.of(answer), heard);
        assertEquals(0, broken.underWay());
    }

    @Test
    void thePlaceOfOneThatHasGoneIsFree() {
        Flight flight = missed(key(1));
        List<Follower> followers = new ArrayList<>();
        Found found;
        do {
            Follower each = new Follower() {
                @Override
                public void hear(@Nullable InferenceResponse response) {
                    throw new AssertionError("it has gone");
                }
            };
            followers.add(each);
            found = cache.look(key(1), SECOND, RANK, each);
        } while (found instanceof Found.Follows);
        followers.forEach(flight::leave);
        List<@Nullable InferenceResponse> heard = new ArrayList<>();
        assertInstanceOf(Found.Follows.class, cache.look(key(1), SECOND, RANK, heard::add));
        flight.ended(null);
        assertEquals(1, heard.size());
    }

    @Test
    void nobodyWaitsForOneThatIsLessUrgent() {
        Flight flight = missed(key(1));
        assertInstanceOf(Found.Alone.class, cache.look(key(1), SECOND, HIGH, NOBODY));
        assertInstanceOf(Found.Follows.class, cache.look(key(1), SECOND, RANK + 1, answer -> {}));
        flight.ended(null);
    }

    @Test
    void manyAtOnceAreEachToldOnce() throws InterruptedException {
        int threads = 8;
        int rounds = 2_000;
        AtomicInteger answered = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(threads);
        for (int thread = 0; thread < threads; thread++) {
            Thread.ofPlatform().start(() -> {
                for (int round = 0; round < rounds; round++) {
                    int fails = round % 3;
                    switch (cache.look(key(round), SECOND, RANK, told -> answered.incrementAndGet())) {
                        case Found.Hit hit -> answered.incrementAndGet();
                        case Found.Miss(Flight flight) -> {
                            answered.incrementAndGet();
                            flight.ended(fails == 0 ? null : answer((byte) round));
                        }
                        case Found.Follows follows -> {} // is told
                        case Found.Alone alone -> answered.incrementAndGet();
                    }
                }
                over.countDown();
            });
        }
        over.await();
        assertEquals(threads * rounds, answered.get());
        assertEquals(0, cache.underWay());
    }

    @Test
    void whateverIsKeptIsKnownToBeAndIsForgotten() throws InterruptedException {
        int threads = 8;
        CountDownLatch over = new CountDownLatch(threads);
        for (int thread = 0; thread < threads; thread++) {
            boolean forgets = thread == 0;
            Thread.ofPlatform().start(() -> {
                for (int round = 0; round < 5_000; round++) {
                    if (forgets) {
                        cache.keepOnly(MODEL, round % 2 == 0 ? "second" : "first");
                    }
                    cache.anew(key(round % 10), SECOND).ended(answer((byte) round));
                }
                over.countDown();
            });
        }
        over.await();
        assertTrue(bytes() > 0);
        cache.forget(MODEL);
        assertEquals(0, bytes());
        for (int number = 0; number < 10; number++) {
            missed(key(number)).ended(null);
        }
    }

    @Test
    void whatItHoldsIsCountedByModel() {
        cache.anew(key(1), SECOND).ended(answer(new byte[100]));
        long small = bytes();
        cache.anew(key(2), 1_000 * SECOND).ended(answer(new byte[1100]));
        assertEquals(2 * small + 1000, bytes());
        cache.anew(key(2), 1_000 * SECOND).ended(answer(new byte[600]));
        assertEquals(2 * small + 500, bytes());
        ticker.set(100 * SECOND); // what is over goes within seconds
        assertEquals(small + 500, bytes());
        ticker.set(10_000 * SECOND);
        assertEquals(Map.of(), cache.bytes());
    }

    private static CacheKey hash(String loading, List<String> outputs, Tensor... inputs) {
        InferenceRequest request =
                new InferenceRequest(MODEL, "r", List.of(inputs), outputs, 1, new Deadline(Long.MAX_VALUE));
        return new RequestHash().of(request, loading);
    }

    @Test
    void whateverAnAnswerDependsOnIsInTheKey() {
        Tensor x = tensor("x", (byte) 1, (byte) 2);
        Set<CacheKey> keys = new HashSet<>(List.of(
                hash("first", List.of("y"), x),
                hash("second", List.of("y"), x),
                hash("first", List.of("y", "z"), x),
                hash("first", List.of("z", "y"), x),
                hash("first", List.of("yz"), x),
                hash("first", List.of("y"), tensor("x", (byte) 1, (byte) 3)),
                hash("first", List.of("y"), tensor("w", (byte) 1, (byte) 2)),
                hash("first", List.of("y"), new Tensor("x", DataType.UINT8, x.shape(), x.data())),
                hash("first", List.of("y"), new Tensor("x", DataType.INT8, new Shape(1, 2), x.data())),
                hash("first", List.of("y"), x, tensor("w")),
                hash("first", List.of("y"), tensor("x", (byte) 1), tensor("w", (byte) 2))));
        assertEquals(11, keys.size());
        assertEquals(
                hash("first", List.of("y"), x), hash("first", List.of("y"), tensor("x", (byte) 1, (byte) 2)), "equal");
        String longName = "n".repeat(5000);
        assertNotEquals(
                hash("first", List.of(longName + "a"), x), hash("first", List.of(longName + "b"), x), "a long name");
    }
}

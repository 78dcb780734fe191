package dev.sluice.gateway.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** As many requests go to the candidate as its weight says, and one key always goes the same way. */
class SplitTest {

    private static final int REQUESTS = 100_000;

    /** Once in 500 million runs chance alone is further off; the seeds are fixed besides. */
    private static final double DEVIATIONS = 6;

    private static ModelEndpoint endpoint(long version) {
        return new ModelEndpoint(
                new ModelId("m", version), Crossing.endpoint("b" + version).description());
    }

    private static Split split(double weight, long candidate) {
        TrafficPolicy policy = new TrafficPolicy(
                weight,
                "key",
                new TrafficPolicy.Shadow(0, 1, 0),
                new TrafficPolicy.Guard(Duration.ofMinutes(1), 50, 1, 2, 0, 0, Duration.ZERO));
        ModelEndpoint tried = endpoint(candidate);
        return new Split(endpoint(1), tried, policy, new Trial(tried, policy, null, 0));
    }

    private static void assertDrawn(double weight, IntFunction<ModelEndpoint> request) {
        ModelEndpoint candidate = endpoint(2);
        int drawn = 0;
        for (int i = 0; i < REQUESTS; i++) {
            drawn += request.apply(i).equals(candidate) ? 1 : 0;
        }
        double part = weight / 100;
        double deviation = Math.sqrt(REQUESTS * part * (1 - part));
        assertEquals(REQUESTS * part, drawn, DEVIATIONS * deviation, weight + " %");
    }

    @Test
    void asManyAsTheWeightSays() {
        for (double weight : new double[] {0, 0.1, 1, 5, 50, 99, 100}) {
            Split split = split(weight, 2);
            Random random = new Random(7);
            assertDrawn(weight, request -> split.byTicket(random.nextInt()));
        }
    }

    @Test
    void asManyOfWhateverKeysThereAre() {
        List<IntFunction<String>> kinds = List.of(
                Integer::toString, number -> "user-%06d".formatted(number), number -> Integer.toHexString(number * 31));
        for (IntFunction<String> kind : kinds) {
            for (double weight : new double[] {0, 1, 5, 50, 100}) {
                Split split = split(weight, 2);
                assertDrawn(weight, request -> split.byKey(kind.apply(request)));
            }
        }
    }

    @Test
    void aKeyStaysWithItsVersionAndALargerWeightOnlyAddsKeys() {
        for (int user = 0; user < 1000; user++) {
            String key = "user-" + user;
            boolean wasDrawn = false;
            for (int weight = 0; weight <= 100; weight++) {
                Split split = split(weight, 2);
                boolean drawn = split.isCandidate(split.byKey(key));
                assertEquals(drawn, split.isCandidate(split.byKey(String.valueOf(key.toCharArray()))), "by its text");
                assertTrue(drawn || !wasDrawn, key + " at " + weight + " %");
                wasDrawn = drawn;
            }
            assertTrue(wasDrawn);
        }
    }

    @Test
    void everyCandidateHasOtherKeys() {
        int both = 0;
        for (int user = 0; user < 10_000; user++) {
            String key = "user-" + user;
            Split second = split(10, 2);
            Split third = split(10, 3);
            both += second.isCandidate(second.byKey(key)) && third.isCandidate(third.byKey(key)) ? 1 : 0;
        }
        assertEquals(100, both, 60, "10 % of 10 %");
        assertNotEquals(0, both);
    }
}

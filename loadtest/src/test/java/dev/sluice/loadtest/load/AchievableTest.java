package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.Protocol;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class AchievableTest {

    private static final long MILLI = 1_000_000;

    private static Traffic every(long gapNanos, int count) {
        long[] planned = LongStream.range(0, count).map(i -> i * gapNanos).toArray();
        return new Traffic("t", new InferCall(Protocol.HTTP, "/", Map.of(), 0, Buffer.buffer()), 100 * MILLI, planned);
    }

    @Test
    void belowCapacityEverythingIs() {
        assertEquals(1000, Achievable.requests(List.of(every(MILLI, 1000)), 1000));
    }

    /** A second at 1,000/s before a server of 250/s, which has also 25 waiting at the end. */
    @Test
    void beyondCapacityItIsTheCapacityAndWhatCanWait() {
        assertEquals(275, (double) Achievable.requests(List.of(every(MILLI, 1000)), 250), 1);
    }

    @Test
    void aBurstGetsWhatCanWaitForTheDeadline() {
        assertEquals(50, Achievable.requests(List.of(every(0, 1000)), 500));
    }

    @Test
    void severalKindsShareTheCapacity() {
        assertEquals(275, (double) Achievable.requests(List.of(every(2 * MILLI, 500), every(2 * MILLI, 500)), 250), 1);
    }

    @Test
    void evenASlowServerServesOneAtATime() {
        assertEquals(2, Achievable.requests(List.of(every(500 * MILLI, 4)), 1));
    }
}

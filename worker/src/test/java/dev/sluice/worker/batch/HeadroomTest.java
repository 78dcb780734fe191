package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How large a batch may be with members of one priority while requests of another come. */
class HeadroomTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int UNBOUNDED = Integer.MAX_VALUE;

    /** 2 ms and 1 ms for each row, and nothing has ever taken longer. */
    private final Headroom headroom = new Headroom(new LatencyModel(profile(2 * MILLI, MILLI)));

    private static List<LatencyPoint> profile(long fixedNanos, long rowNanos) {
        List<LatencyPoint> profile = new ArrayList<>();
        for (int round = 0; round < 8; round++) {
            for (int rows = 1; rows <= 64; rows *= 2) {
                profile.add(new LatencyPoint(rows, fixedNanos + rows * rowNanos));
            }
        }
        return profile;
    }

    private static QueuedRequest request(int priority, long deadlineNanos) {
        return new QueuedRequest(
                Requests.by("c", priority, Requests.of(new Deadline(deadlineNanos), 1)), 0, outcome -> {});
    }

    private void comes(int priority, long patienceMillis, long nowMillis) {
        headroom.came(request(priority, (nowMillis + patienceMillis) * MILLI), nowMillis * MILLI);
    }

    private int rowsWith(int priority, long nowMillis) {
        return headroom.rowsWith(request(priority, 0), nowMillis * MILLI);
    }

    @Test
    void aBatchTakesAQuarterOfWhatThoseAboveCanWait() {
        comes(2, 42, 0);
        assertEquals(8, rowsWith(3, 0), "10.5 ms");
        assertEquals(8, rowsWith(4, 0));
        assertEquals(8, rowsWith(0, 0), "3 is the default");
    }

    @Test
    void nobodyMakesRoomForItsLikesOrForThoseBelow() {
        comes(2, 42, 0);
        assertEquals(UNBOUNDED, rowsWith(2, 0));
        assertEquals(UNBOUNDED, rowsWith(1, 0));
    }

    @Test
    void theShortestCounts() {
        comes(1, 82, 0);
        comes(2, 42, 0);
        assertEquals(8, rowsWith(4, 0));
        assertEquals(18, rowsWith(2, 0));
    }

    @Test
    void noMoreThanHalfOfABatchIsItsFixedPart() {
        comes(1, 8, 0);
        assertEquals(2, rowsWith(4, 0), "2 ms, and 2 ms for two rows; a quarter of 8 ms is too short for any");
    }

    @Test
    void whoCannotBeHelpedShortensNoBatch() {
        comes(1, 6, 0);
        assertEquals(UNBOUNDED, rowsWith(4, 0), "two rows take 4 ms, and then one takes 3");
    }

    @Test
    void whoIsTooLateTeachesNothing() {
        comes(1, 42, 0);
        comes(1, 2, 0);
        comes(1, -5, 0);
        assertEquals(8, rowsWith(4, 0));
    }

    @Test
    void theMeanCounts() {
        comes(1, 42, 0);
        comes(1, 82, 0);
        assertEquals(9, rowsWith(4, 0), "47 / 4 - 2");
        for (int i = 0; i < 100; i++) {
            comes(1, 82, 0);
        }
        assertEquals(18, rowsWith(4, 0), "82 / 4 - 2, nearly");
        comes(1, 42, 0);
        assertEquals(17, rowsWith(4, 0), "77 / 4 - 2");
    }

    @Test
    void aLevelIsForgottenWhenNobodyComes() {
        comes(1, 42, 0);
        assertEquals(8, rowsWith(4, 840));
        assertEquals(UNBOUNDED, rowsWith(4, 841));
    }

    @Test
    void nothingIsBoundAsLongAsNothingIsKnown() {
        Headroom unknown = new Headroom(new LatencyModel(List.of()));
        unknown.came(request(1, 40 * MILLI), 0);
        assertEquals(UNBOUNDED, unknown.rowsWith(request(4, 0), 0));
    }
}

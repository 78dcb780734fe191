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
    void oneRowMayAlwaysRun() {
        comes(1, 7, 0);
        assertEquals(1, rowsWith(4, 0));
    }

    @Test
    void whoCannotBeHelpedShortensNoBatch() {
        comes(1, 5, 0);
        assertEquals(UNBOUNDED, rowsWith(4, 0), "two batches of one row take 6 ms");
    }

    @Test
    void patienceIsFollowedSlowlyUpwards() {
        comes(1, 42, 0);
        comes(1, 82, 0);
        assertEquals(9, rowsWith(4, 0), "44.5 / 4 - 2");
        for (int i = 0; i < 200; i++) {
            comes(1, 82, 0);
        }
        assertEquals(18, rowsWith(4, 0), "82 / 4 - 2, nearly");
        comes(1, 42, 0);
        assertEquals(8, rowsWith(4, 0), "and at once downwards");
    }

    @Test
    void aLevelIsForgottenWhenNobodyComes() {
        comes(1, 42, 0);
        assertEquals(8, rowsWith(4, 4_200));
        assertEquals(UNBOUNDED, rowsWith(4, 4_201));
    }

    @Test
    void nothingIsBoundAsLongAsNothingIsKnown() {
        Headroom unknown = new Headroom(new LatencyModel(List.of()));
        unknown.came(request(1, 40 * MILLI), 0);
        assertEquals(UNBOUNDED, unknown.rowsWith(request(4, 0), 0));
    }
}

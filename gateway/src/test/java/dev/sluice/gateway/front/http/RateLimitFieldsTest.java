package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.admit.Quota;
import dev.sluice.gateway.admit.Rate;
import dev.sluice.gateway.admit.Standing;
import org.junit.jupiter.api.Test;

/** The two header fields as their draft writes them. */
class RateLimitFieldsTest {

    private static final long SECOND = 1_000_000_000;
    private static final Quota ALL = new Quota(new Rate(100, 10 * SECOND), new Rate(5000, SECOND), 16);

    @Test
    void saysWhatTheClientMayDo() {
        assertEquals(
                "\"requests\";q=100;w=10, \"rows\";q=5000;qu=\"rows\";w=1, \"concurrent\";q=16;qu=\"concurrent-requests\"",
                RateLimitFields.policy(ALL));
    }

    @Test
    void leavesOutAWindowThatIsNotOfWholeSeconds() {
        assertEquals(
                "\"requests\";q=3", RateLimitFields.policy(new Quota(new Rate(3, SECOND / 10), null, Quota.NO_LIMIT)));
        assertEquals(
                "\"rows\";q=3;qu=\"rows\"",
                RateLimitFields.policy(new Quota(null, new Rate(3, 3 * SECOND / 2), Quota.NO_LIMIT)));
    }

    @Test
    void saysWhatIsLeftAndWhenItWillBeMore() {
        assertEquals(
                "\"requests\";r=100, \"rows\";r=5000, \"concurrent\";r=16",
                RateLimitFields.left(new Standing(ALL, 0, 0, 0)));
        assertEquals(
                "\"requests\";r=0;t=1, \"rows\";r=2500;t=1, \"concurrent\";r=0",
                RateLimitFields.left(new Standing(ALL, 10 * SECOND, SECOND / 2, 16)));
        Quota slow = new Quota(new Rate(2, 60 * SECOND), null, Quota.NO_LIMIT);
        assertEquals("\"requests\";r=1;t=30", RateLimitFields.left(new Standing(slow, 30 * SECOND, 0, 0)));
        assertEquals("\"requests\";r=0;t=30", RateLimitFields.left(new Standing(slow, 60 * SECOND, 0, 0)));
        assertEquals("\"requests\";r=1;t=1", RateLimitFields.left(new Standing(slow, 1, 0, 0)));
    }
}

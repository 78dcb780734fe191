package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One timer for many waits: never early, never late, and none left behind. */
class WaitTimerTest {

    private static final long LIMIT_MILLIS = 100;

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final List<Long> lateAtMillis = new ArrayList<>();
    private OptionalLong since = OptionalLong.empty();
    private long startNanos;
    private WaitTimer timer;

    @BeforeEach
    void setUp() {
        channel.freezeTime();
        timer = new WaitTimer(channel.eventLoop(), Duration.ofMillis(LIMIT_MILLIS), () -> since, this::late);
        startNanos = timer.nanos();
    }

    private void late() {
        lateAtMillis.add(TimeUnit.NANOSECONDS.toMillis(timer.nanos() - startNanos));
        since = OptionalLong.empty();
    }

    private void begin() {
        since = OptionalLong.of(timer.nanos());
        timer.begin();
    }

    private void end() {
        since = OptionalLong.empty();
    }

    private void pass(long millis) {
        for (long i = 0; i < millis; i++) {
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Test
    void aWaitThatEndsInTimeIsNotLate() {
        begin();
        pass(LIMIT_MILLIS - 1);
        end();
        pass(10 * LIMIT_MILLIS);
        assertEquals(List.of(), lateAtMillis);
        assertEquals(-1, channel.runScheduledPendingTasks(), "no timer runs for nothing");
    }

    @Test
    void aWaitThatDoesNotEndIsLateAtItsLimit() {
        pass(7);
        begin();
        pass(10 * LIMIT_MILLIS);
        assertEquals(List.of(7 + LIMIT_MILLIS), lateAtMillis);
    }

    @Test
    void aLaterWaitHasItsWholeTimeAlthoughTheTimerWasSetBefore() {
        begin();
        pass(60);
        end();
        pass(10);
        begin();
        pass(10 * LIMIT_MILLIS);
        assertEquals(List.of(70 + LIMIT_MILLIS), lateAtMillis);
    }

    @Test
    void anotherWaitAfterALateOneIsNoticedToo() {
        begin();
        pass(LIMIT_MILLIS);
        begin();
        pass(LIMIT_MILLIS);
        assertEquals(List.of(LIMIT_MILLIS, 2 * LIMIT_MILLIS), lateAtMillis);
    }

    /** A timer for each would be what this class is there to save. */
    @Test
    void manyShortWaitsHaveOneTimer() {
        for (int i = 0; i < 10; i++) {
            begin();
            end();
        }
        begin();
        channel.advanceTimeBy(LIMIT_MILLIS, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertEquals(List.of(LIMIT_MILLIS), lateAtMillis);
        assertEquals(-1, channel.runScheduledPendingTasks());
    }

    @Test
    void whenItIsStoppedNothingIsLeft() {
        begin();
        timer.stop();
        assertEquals(-1, channel.runScheduledPendingTasks());
        timer.begin();
        assertEquals(-1, channel.runScheduledPendingTasks());
        pass(10 * LIMIT_MILLIS);
        assertEquals(List.of(), lateAtMillis);
        assertFalse(since.isEmpty());
    }
}

package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** When a connection is to stand in line, on a loop that always has too much to do. */
class StayTest {

    private final ReadingLine line = new ReadingLine();
    private final AtomicInteger wentOn = new AtomicInteger();
    private final Stay stay = new Stay(line, wentOn::incrementAndGet);

    StayTest() {
        lag();
    }

    private void lag() {
        line.turned(2 * ReadingLine.BEHIND_MILLIS * 1_000_000);
    }

    @Test
    void whoHasAskedIsDue() {
        assertFalse(stay.isDue());
        stay.countRequest();
        assertTrue(stay.isDue());
        stay.rest();
        assertFalse(stay.isDue(), "what came behind costs nothing");
    }

    @Test
    void nobodyIsDueOnALoopThatKeepsUp() {
        line.turned(0);
        stay.countRequest();
        assertFalse(stay.isDue());
    }

    @Test
    void eachRequestCountsHoweverManyAreAnsweredTogether() {
        stay.goOn(3);
        stay.countRequest();
        stay.countRequest();
        assertFalse(stay.isDue());
        stay.countRequest();
        assertTrue(stay.isDue());
    }

    @Test
    void standsInLineOnce() {
        stay.countRequest();
        stay.stand();
        stay.stand();
        assertEquals(1, line.waiting());
        assertFalse(stay.isDue());
        lag();
        assertEquals(1, wentOn.get());
        stay.stand();
        assertEquals(1, line.waiting());
    }

    @Test
    void whoHasClosedDoesNotGoOn() {
        stay.stand();
        stay.end();
        lag();
        assertEquals(0, line.waiting());
        assertEquals(0, wentOn.get());
    }
}

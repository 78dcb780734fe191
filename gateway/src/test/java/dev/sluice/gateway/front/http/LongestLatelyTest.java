package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The longest of ten to twenty seconds is shown, and no older one. */
class LongestLatelyTest {

    private static final long WINDOW = LongestLately.WINDOW_NANOS;

    @Test
    void theLongestIsShown() {
        LongestLately longest = LongestLately.since(0).and(5, 1).and(9, 2).and(7, 3);
        assertEquals(9, longest.amount(4));
    }

    @Test
    void itIsShownForAWindowAfterItsOwn() {
        LongestLately longest = LongestLately.since(0).and(9, 1).and(2, WINDOW);
        assertEquals(9, longest.amount(2 * WINDOW - 1));
        assertEquals(2, longest.amount(2 * WINDOW));
    }

    @Test
    void itIsForgottenEvenIfNothingMoreCame() {
        LongestLately longest = LongestLately.since(-5).and(9, 1);
        assertEquals(9, longest.amount(WINDOW));
        assertEquals(0, longest.amount(2 * WINDOW));
    }
}

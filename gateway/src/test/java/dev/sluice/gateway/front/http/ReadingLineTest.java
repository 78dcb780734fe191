package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is read in the next turn, and for how long. */
class ReadingLineTest {

    private static final long MILLI = 1_000_000;
    private static final long LONG_TURN = (ReadingLine.BEHIND_MILLIS + 1) * MILLI;

    private final ReadingLine line = new ReadingLine();
    private final List<Integer> wentOn = new ArrayList<>();
    private final List<Integer> stays = new ArrayList<>();

    private void stand(int... names) {
        for (int name : names) {
            line.stand(requests -> {
                wentOn.add(name);
                stays.add(requests);
                return true;
            });
        }
    }

    /** A turn in which so many requests begin. */
    private void turn(long nanos, int requests) {
        for (int i = 0; i < requests; i++) {
            line.countRequest();
        }
        line.turned(nanos);
    }

    private void fill(int count) {
        stand(IntStream.range(0, count).toArray());
    }

    @Test
    void aLoopThatKeepsUpMakesNobodyWait() {
        turn(ReadingLine.BEHIND_MILLIS * MILLI, 100);
        assertFalse(line.isCrowded());
    }

    @Test
    void aTurnThatTookTooLongMakesThoseWaitWhoHaveBeenAnswered() {
        turn(LONG_TURN, 100);
        assertTrue(line.isCrowded());
        assertTrue(line.isBehind());
    }

    @Test
    void asLongAsAnybodyWaitsOthersDoAsWell() {
        turn(LONG_TURN, 1);
        stand(1, 2);
        turn(LONG_TURN, 1);
        turn(ReadingLine.BEHIND_MILLIS * MILLI, 1);
        assertFalse(line.isBehind());
        assertEquals(List.of(1, 2), wentOn);
        assertFalse(line.isCrowded());
    }

    @Test
    void asManyGoOnAsFitTheNextTurn() {
        turn(MILLI, 1);
        fill(100);
        turn(5 * MILLI, 5);
        assertEquals(ReadingLine.BEHIND_MILLIS - 5, wentOn.size());
        assertTrue(line.isCrowded());
    }

    @Test
    void whoWaitsLongestGoesFirst() {
        turn(MILLI, 1);
        stand(3, 1, 2);
        turn(0, 0);
        assertEquals(List.of(3, 1, 2), wentOn);
    }

    @Test
    void eachTurnHasSomebodyGoOnHoweverLongItTook() {
        fill(3);
        for (int i = 1; i <= 3; i++) {
            turn(1_000 * LONG_TURN, 1);
            assertEquals(i, wentOn.size());
        }
    }

    @Test
    void anIdleLoopLetsEverybodyGoOnInAFewTurns() {
        turn(MILLI, 1);
        fill(100);
        for (int turn = 0; turn < 100 / ReadingLine.BEHIND_MILLIS; turn++) {
            turn(0, 0);
        }
        assertEquals(0, line.waiting());
    }

    @Test
    void aLineOfWhichNothingIsKnownIsLetGoAtOnce() {
        fill(100);
        turn(0, 0);
        assertEquals(100, wentOn.size());
    }

    @Test
    void whoWaitedMayStayForSeveralRequests() {
        turn(MILLI, 1);
        stand(1);
        turn(0, 0);
        assertEquals(List.of(ReadingLine.LONGEST_STAY), stays);
    }

    /** 500 with a millisecond each take half a second for one request of each. */
    @Test
    void theLongerTheLineTheShorterTheStay() {
        turn(MILLI, 1);
        fill(500);
        turn(0, 0);
        assertEquals(2, stays.getFirst());
        fill(5_000);
        turn(0, 0);
        assertEquals(1, stays.getLast());
    }

    /** A turn may read many whose answers are written in the next one. */
    @Test
    void whatARequestTakesIsKnownFromSeveralTurnsTogether() {
        for (int i = 0; i < 20; i++) {
            turn(8 * MILLI, 10);
            turn(2 * MILLI, 0);
        }
        fill(1_000);
        turn(0, 0);
        assertEquals((double) ReadingLine.BEHIND_MILLIS, wentOn.size(), 1);
    }

    @Test
    void halfOfATurnBelongsToThoseInLineHoweverLongOthersMakeIt() {
        fill(1_000);
        turn(100 * MILLI, 100);
        assertEquals(ReadingLine.BEHIND_MILLIS / 2, wentOn.size());
        assertEquals(ReadingLine.BEHIND_MILLIS / 2, line.newcomers());
    }

    @Test
    void whoHadTheirHalfWaitWhenATurnWasTooLong() {
        fill(100);
        for (int i = 0; i < 50; i++) {
            line.countOwn();
        }
        turn(100 * MILLI, 100);
        assertEquals(1, wentOn.size());
    }

    @Test
    void oneNewcomerFitsHoweverLongARequestTakes() {
        turn(100 * LONG_TURN, 1);
        assertEquals(1, line.newcomers());
    }

    @Test
    void moreGoOnWhereSomeHaveNothingToSay() {
        fill(1_000);
        turn(100 * MILLI, 100);
        int first = wentOn.size();
        for (int i = 0; i < first / 2; i++) {
            line.countHeard();
        }
        turn(100 * MILLI, 100);
        assertEquals(3.0 * first, wentOn.size(), 1);
    }

    @Test
    void noMoreThanFourGoOnForOneHoweverFewHaveSomethingToSay() {
        fill(10_000);
        turn(100 * MILLI, 100);
        for (int i = 0; i < 20; i++) {
            wentOn.clear();
            turn(100 * MILLI, 100);
        }
        assertEquals(4.0 * ReadingLine.BEHIND_MILLIS / 2, wentOn.size(), 1);
    }

    @Test
    void whoHasClosedTakesNobodysPlace() {
        for (int i = 0; i < 100; i++) {
            line.stand(requests -> false);
        }
        stand(1);
        turn(1_000 * LONG_TURN, 1);
        assertEquals(List.of(1), wentOn);
    }
}

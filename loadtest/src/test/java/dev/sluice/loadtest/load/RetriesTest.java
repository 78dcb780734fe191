package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class RetriesTest {

    private static Answer answer(Outcome outcome) {
        return new Answer(outcome, 0, 1, 3000);
    }

    @ParameterizedTest
    @EnumSource
    void onlyWhoIsRefusedWithATimeComesBack(Outcome outcome) {
        boolean expected = outcome == Outcome.THROTTLED || outcome == Outcome.OVERLOADED;
        assertEquals(expected, Retries.HONOUR.again(answer(outcome), 1));
        assertEquals(expected, Retries.IGNORE.again(answer(outcome), 1));
        assertFalse(Retries.NONE.again(answer(outcome), 1));
    }

    @Test
    void aStormHasAnEnd() {
        assertTrue(Retries.IGNORE.again(answer(Outcome.OVERLOADED), 4));
        assertFalse(Retries.IGNORE.again(answer(Outcome.OVERLOADED), 5));
    }

    @Test
    void onlyThePoliteWaitAsLongAsTheyAreTold() {
        assertEquals(3000, Retries.HONOUR.delayMillis(answer(Outcome.OVERLOADED)));
        assertEquals(10, Retries.IGNORE.delayMillis(answer(Outcome.OVERLOADED)));
    }
}

package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** How much of what a client made up an error repeats. */
class InferenceExceptionTest {

    @Test
    void repeatsNamesOfTheUsualLength() {
        String name = "n".repeat(100);
        assertEquals('"' + name + '"', InferenceException.quoted(name));
        assertEquals("\"\"", InferenceException.quoted(""));
    }

    @Test
    void shortensOthersAndSaysHowLongTheyWere() {
        assertEquals("\"" + "n".repeat(100) + "... (101 characters)\"", InferenceException.quoted("n".repeat(101)));
    }

    @Test
    void cutsNoCharacterInTwo() {
        String last = "\uD83D\uDE00"; // one character of two units
        assertEquals(
                "n".repeat(99) + "... (102 characters)", InferenceException.shortened("n".repeat(99) + last + "n"));
    }

    @Test
    void shortensTheNamesInFieldsToo() {
        String field = "parameters." + "n".repeat(10_000);
        assertEquals(
                field.substring(0, 100) + "... (10011 characters): not that",
                InferenceException.invalid(field, "not that").error().message());
    }
}

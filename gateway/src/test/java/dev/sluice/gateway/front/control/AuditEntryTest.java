package dev.sluice.gateway.front.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AuditEntryTest {

    private static String message(String reason) {
        Operator operator = new Operator(Operator.Api.ADMIN, "127.0.0.1", "somebody", "1");
        Outcome refused = new Outcome(new InferenceError.UnknownModel(reason), "");
        return AuditEntry.of(Instant.EPOCH, operator, Change.of(new ModelCommand.Load("m")), refused)
                .message();
    }

    @Test
    void aRefusalIsKeptWhetherOrNotSomebodyMadeItLong() {
        assertEquals("short", message("short"));
        String kept = message("x".repeat(100_000));
        assertEquals(AuditEntry.MOST_CHARS, kept.length());
        assertTrue(kept.endsWith("x\u2026"));
    }

    @Test
    void aPairOfCharactersIsKeptWholeOrNotAtAll() {
        for (String before : new String[] {"", "x"}) {
            String kept = message(before + "\uD83D\uDE00".repeat(AuditEntry.MOST_CHARS));
            assertTrue(kept.endsWith("\uDE00\u2026"), kept);
            assertTrue(kept.length() <= AuditEntry.MOST_CHARS);
        }
    }
}

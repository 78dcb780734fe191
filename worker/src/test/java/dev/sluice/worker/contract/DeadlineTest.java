package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Expiry, also where the clock wraps. */
class DeadlineTest {

    @ParameterizedTest
    @CsvSource({
        "0, 10, 9, false",
        "0, 10, 10, true",
        "0, 10, 11, true",
        "-5, 5, -1, false",
        "-5, 5, 0, true",
        "9223372036854775800, 20, 9223372036854775807, false",
        "9223372036854775800, 20, -9223372036854775800, false",
        "9223372036854775800, 20, -9223372036854775796, true"
    })
    void expiresAtItsMoment(long madeAt, long timeoutNanos, long now, boolean expired) {
        Deadline deadline = Deadline.after(Duration.ofNanos(timeoutNanos), madeAt);
        assertEquals(expired, deadline.isExpired(now));
        assertEquals(expired, deadline.remainingNanos(now) <= 0);
    }
}

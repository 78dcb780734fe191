package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The deadline of a call, in each unit that the protocol has. */
class GrpcTimeoutTest {

    @ParameterizedTest
    @CsvSource({
        "1H, 3600000000000", "2M, 120000000000", "3S, 3000000000", "250m, 250000000",
        "17u, 17000", "99999999n, 99999999", "0m, 1", "99999999H, 31536000000000000"
    })
    void isReadInNanoseconds(String header, long nanos) {
        assertEquals(nanos, GrpcTimeout.nanos(List.of(header)));
    }

    @Test
    void isNoneWhereNobodySaysSo() {
        assertEquals(GrpcTimeout.NONE, GrpcTimeout.nanos(List.of()));
    }

    /** Whichever of them held, somebody would wait for longer, or for less, than was said. */
    @Test
    void twoAreRefused() {
        InferenceException refused =
                assertThrows(InferenceException.class, () -> GrpcTimeout.nanos(List.of("1S", "1S")));
        assertTrue(
                refused.error().message().startsWith("grpc-timeout: is there 2 times"),
                refused.error().message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "m", "1", "1s", "-1m", "+1m", "1.5S", "123456789m", " 1m", "1m "})
    void anythingElseIsRefused(String header) {
        InferenceException refused = assertThrows(InferenceException.class, () -> GrpcTimeout.nanos(List.of(header)));
        assertTrue(
                refused.error().message().startsWith("grpc-timeout: "),
                refused.error().message());
    }
}

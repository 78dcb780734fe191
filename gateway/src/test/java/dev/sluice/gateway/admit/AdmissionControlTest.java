package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Ticker;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** So many at a time, and nobody once the doors are closed. */
class AdmissionControlTest {

    private static final InferenceRequest REQUEST = Crossing.request("r", 0);

    private static AdmissionControl control(int maxInFlight) {
        return Limits.unlimited(new AdmitOptions(
                maxInFlight, 0, "none", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO));
    }

    private static Permit admitted(AdmissionControl control) {
        return assertInstanceOf(Admission.Admitted.class, control.admit(REQUEST))
                .permit();
    }

    private static InferenceError refused(AdmissionControl control) {
        return assertInstanceOf(Admission.Refused.class, control.admit(REQUEST)).error();
    }

    @Test
    void admitsUpToItsLimit() {
        AdmissionControl control = control(2);
        Permit first = admitted(control);
        admitted(control);
        assertEquals(2, control.inFlight());
        InferenceError.Overloaded error = assertInstanceOf(InferenceError.Overloaded.class, refused(control));
        assertTrue(error.message().contains("2 requests"), error.message());
        assertTrue(error.retryAfterMillis() > 0);
        assertEquals(2, control.inFlight());
        first.release(Verdict.SUCCESS);
        assertEquals(1, control.inFlight());
        admitted(control);
        refused(control);
    }

    @Test
    void hasRoomToSpareUntilHalfIsTaken() {
        AdmissionControl control = new AdmissionControl(
                new AdmitOptions(
                        2, 100, "none", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO),
                new RateLimits(new LimitOptions(List.of(), List.of(), 1024), Ticker.SYSTEM, LimitListener.NONE),
                Ticker.SYSTEM);
        admitted(control);
        assertTrue(control.hasRoomToSpare());
        admitted(control).release(Verdict.SUCCESS);
        control.bodies().reserve(51);
        assertFalse(control.hasRoomToSpare(), "of bytes");
        control.bodies().release(51);
        admitted(control);
        assertFalse(control.hasRoomToSpare(), "of requests");
    }

    @Test
    void aPermitIsGoodForOneRelease() {
        AdmissionControl control = control(2);
        Permit permit = admitted(control);
        permit.release(Verdict.SUCCESS);
        assertThrows(AssertionError.class, () -> permit.release(Verdict.SUCCESS));
    }

    @Test
    void sendsClientsElsewhereFirstAndRefusesThemOnlyOnceItIsClosed() {
        AdmissionControl control = control(2);
        assertFalse(control.isDraining());
        control.drain();
        assertTrue(control.isDraining());
        Permit late = admitted(control);
        control.close();
        control.drain();
        assertTrue(control.isDraining());
        assertEquals(new InferenceError.Draining(), refused(control));
        late.release(Verdict.SUCCESS);
        assertEquals(0, control.inFlight());
    }
}

package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** So many at a time, nobody once the doors close, and word when the last one has left. */
class AdmissionControlTest {

    private static AdmissionControl control(int maxInFlight) {
        return new AdmissionControl(new AdmitOptions(
                maxInFlight, 0, "none", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)));
    }

    private static Permit admitted(AdmissionControl control) {
        return assertInstanceOf(Admission.Admitted.class, control.admit()).permit();
    }

    private static InferenceError refused(AdmissionControl control) {
        return assertInstanceOf(Admission.Refused.class, control.admit()).error();
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
    void aPermitIsGoodForOneRelease() {
        AdmissionControl control = control(2);
        Permit permit = admitted(control);
        permit.release(Verdict.SUCCESS);
        assertThrows(AssertionError.class, () -> permit.release(Verdict.SUCCESS));
    }

    @Test
    void refusesEverybodyOnceItDrains() {
        AdmissionControl control = control(2);
        assertFalse(control.isDraining());
        control.drain(() -> {});
        assertTrue(control.isDraining());
        assertEquals(new InferenceError.Draining(), refused(control));
        assertEquals(0, control.inFlight());
    }

    @Test
    void tellsAtOnceWhenNobodyIsIn() {
        AtomicInteger told = new AtomicInteger();
        control(2).drain(told::incrementAndGet);
        assertEquals(1, told.get());
    }

    @Test
    void tellsOnceWhenTheLastHasLeft() {
        AdmissionControl control = control(3);
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            permits.add(admitted(control));
        }
        AtomicInteger told = new AtomicInteger();
        control.drain(told::incrementAndGet);
        permits.get(1).release(Verdict.SUCCESS);
        permits.get(0).release(Verdict.DROPPED);
        refused(control);
        assertEquals(0, told.get());
        permits.get(2).release(Verdict.IGNORED);
        assertEquals(1, told.get());
        refused(control);
        assertEquals(1, told.get());
    }

    /** Two threads come and go, through a door for one, while a third closes it. */
    private static void drainUnderTraffic(int round) throws InterruptedException {
        AdmissionControl control = control(1);
        AtomicInteger told = new AtomicInteger();
        AtomicInteger admittedAfterwards = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(3);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                awaitAll(start);
                boolean open = true;
                while (open) {
                    switch (control.admit()) {
                        case Admission.Admitted(Permit permit) -> {
                            admittedAfterwards.addAndGet(told.get());
                            permit.release(Verdict.SUCCESS);
                        }
                        case Admission.Refused(InferenceError why) -> open = why instanceof InferenceError.Overloaded;
                    }
                }
            }));
        }
        awaitAll(start);
        control.drain(told::incrementAndGet);
        for (Thread thread : threads) {
            thread.join();
        }
        assertEquals(0, control.inFlight(), "permits out, round " + round);
        assertEquals(1, told.get(), "times told, round " + round);
        assertEquals(0, admittedAfterwards.get(), "admitted after the last had left, round " + round);
    }

    private static void awaitAll(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void drainsExactlyOnceUnderTraffic() throws InterruptedException {
        for (int round = 0; round < 300; round++) {
            drainUnderTraffic(round);
        }
    }
}

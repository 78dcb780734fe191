package dev.sluice.worker.batch.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.sim.DevicesPlay.Device;
import dev.sluice.worker.batch.sim.DevicesPlay.Score;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model on devices of unequal speed: each adds what it can do alone, and none costs anybody a deadline. */
class DevicesSimulationTest {

    private static final int REQUESTS = 20_000;
    private static final Device FAST = Device.ofMillis("fast", 1, 2, 0.1);
    private static final Device SLOW = Device.ofMillis("slow", 1, 10, 0.5);
    private static final Device PROMPT = Device.ofMillis("prompt", 1, 0.2, 1);
    private static final Device BULK = Device.ofMillis("bulk", 1, 3, 0.05);

    private static long millis(double count) {
        return Math.round(count * TimeUnit.MILLISECONDS.toNanos(1));
    }

    private static Score play(List<Device> devices, Arrivals arrivals, double perSecond, double patienceMillis) {
        return DevicesPlay.play(devices, arrivals.moments(REQUESTS, perSecond, 7), millis(patienceMillis));
    }

    /** What each can do when there is far too much to do, and what they can together. */
    @ParameterizedTest
    @CsvSource({
        "POISSON, 15000, 40",
        "POISSON, 15000, 60",
        "POISSON, 15000, 200",
        "POISSON, 15000, 1000",
        "GAMMA_4, 15000, 60",
        "ON_OFF, 15000, 100",
        "POISSON, 40000, 100"
    })
    void theirGoodputIsTheSumOfWhatEachHasAlone(Arrivals arrivals, double perSecond, double patience) {
        double fast = play(List.of(FAST), arrivals, perSecond, patience).inTimePerSecond();
        double slow = play(List.of(SLOW), arrivals, perSecond, patience).inTimePerSecond();
        Score both = play(List.of(FAST, SLOW), arrivals, perSecond, patience);
        assertTrue(both.inTimePerSecond() >= 0.95 * (fast + slow), both.inTimePerSecond() + " of " + (fast + slow));
        assertEquals(0, both.late());
    }

    @ParameterizedTest
    @ValueSource(doubles = {500, 3000, 6000})
    void aSlowOneMakesNobodyWaitLonger(double perSecond) {
        Score fast = play(List.of(FAST), Arrivals.POISSON, perSecond, 1000);
        Score both = play(List.of(SLOW, FAST), Arrivals.POISSON, perSecond, 1000);
        assertTrue(
                both.latencyNanos() <= 1.03 * fast.latencyNanos(), both.latencyNanos() + " of " + fast.latencyNanos());
        assertTrue(
                both.hundredthNanos() <= 1.1 * fast.hundredthNanos(),
                both.hundredthNanos() + " of " + fast.hundredthNanos());
    }

    @ParameterizedTest
    @CsvSource({
        "POISSON, 6000, 30",
        "POISSON, 11000, 30",
        "POISSON, 20000, 30",
        "GAMMA_4, 9000, 60",
        "POISSON, 9000, 500"
    })
    void twoDevicesAreAsGoodAsTwoInstancesOfOne(Arrivals arrivals, double perSecond, double patience) {
        Device two = Device.ofMillis("two", 2, 2, 0.1);
        Score together = play(List.of(two), arrivals, perSecond, patience);
        Score apart = play(List.of(FAST, Device.ofMillis("other", 1, 2, 0.1)), arrivals, perSecond, patience);
        assertTrue(apart.inTime() >= 0.98 * together.inTime(), apart.inTime() + " of " + together.inTime());
        assertEquals(0, apart.late(), () -> "late: " + apart.report().dropped());
    }

    @Test
    void eachIsLearntForItself() {
        Score both = play(List.of(FAST, SLOW), Arrivals.POISSON, 15_000, 200);
        assertEquals(2e6, both.report().groups().getFirst().latency().batchNanos(), 1e4);
        assertEquals(1e5, both.report().groups().getFirst().latency().rowNanos(), 1e3);
        assertEquals(10e6, both.report().groups().getLast().latency().batchNanos(), 5e4);
        assertEquals(5e5, both.report().groups().getLast().latency().rowNanos(), 5e3);
        double fast =
                play(List.of(FAST), Arrivals.POISSON, 15_000, 200).capacity().rowsIn(1e9);
        double slow =
                play(List.of(SLOW), Arrivals.POISSON, 15_000, 200).capacity().rowsIn(1e9);
        assertEquals(fast + slow, both.capacity().rowsIn(1e9), 0.02 * (fast + slow));
    }

    @Test
    void whoeverIsQuickerForWhatWaitsTakesIt() {
        Score few = play(List.of(BULK, PROMPT), Arrivals.POISSON, 100, 1000);
        assertTrue(few.rows().getLast() > 0.95 * REQUESTS, "one at a time: " + few.rows());
        Score many = play(List.of(BULK, PROMPT), Arrivals.POISSON, 9000, 1000);
        assertTrue(many.rows().getFirst() > 0.8 * REQUESTS, "many at a time: " + many.rows());
        Score bulk = play(List.of(BULK), Arrivals.POISSON, 9000, 1000);
        assertTrue(many.latencyNanos() <= bulk.latencyNanos(), many.latencyNanos() + " of " + bulk.latencyNanos());
    }

    @Test
    void aFastOneThatHangsIsNotWaitedFor() {
        List<Device> devices = List.of(FAST.hangingAt(millis(200)), SLOW);
        Score score = DevicesPlay.play(devices, Arrivals.POISSON.moments(2000, 1000, 7), millis(500));
        assertTrue(score.inTime() > 0.95 * 2000, score.toString());
    }
}

package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What a rate lets through in virtual time, over thousands of seeds. */
class RateTest {

    private static final int SEEDS = 3000;
    private static final long KEY = 7;

    private record Taken(long atNanos, long count) {}

    /** From 1 in a day to a thousand million in a nanosecond, evenly over the magnitudes. */
    private static Rate anyRate(SplittableRandom random) {
        return new Rate(magnitude(random, Rate.MAX_QUOTA), magnitude(random, Rate.MAX_WINDOW_NANOS));
    }

    private static long magnitude(SplittableRandom random, long most) {
        return Math.clamp((long) Math.exp(random.nextDouble() * Math.log((double) most)), 1, most);
    }

    private static long charge(DebtTable table, Rate rate, long count, long nowNanos) {
        return table.charge(KEY, rate.costNanos(count), rate.windowNanos(), nowNanos);
    }

    /** In no stretch of time more than the quota and what that time gives back. */
    @Test
    void neverGivesMoreThanItSays() {
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Rate rate = anyRate(random);
            DebtTable table = new DebtTable(8);
            long nowNanos = random.nextLong();
            List<Taken> taken = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                nowNanos += random.nextLong(1 + 2 * rate.windowNanos() / random.nextInt(1, 100));
                long count = random.nextLong(1, 1 + Math.max(1, rate.quota() / random.nextInt(1, 20)));
                if (charge(table, rate, count, nowNanos) == 0) {
                    taken.add(new Taken(nowNanos, count));
                }
            }
            assertWithinRate(rate, taken, "seed " + seed + ", " + rate);
        }
    }

    private static void assertWithinRate(Rate rate, List<Taken> taken, String which) {
        assertTrue(!taken.isEmpty(), which);
        for (int from = 0; from < taken.size(); from++) {
            long sum = 0;
            for (Taken each : taken.subList(from, taken.size())) {
                sum += each.count;
                BigInteger nanos = BigInteger.valueOf(each.atNanos - taken.get(from).atNanos);
                BigInteger given = BigInteger.valueOf(rate.quota())
                        .multiply(nanos.add(BigInteger.valueOf(rate.windowNanos())))
                        .divide(BigInteger.valueOf(rate.windowNanos()));
                assertTrue(BigInteger.valueOf(sum).compareTo(given) <= 0, which);
            }
        }
    }

    @Test
    void whoKeepsToTheRateIsNeverRefused() {
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Rate rate = anyRate(random);
            DebtTable table = new DebtTable(8);
            long nowNanos = random.nextLong();
            charge(table, rate, rate.quota(), nowNanos); // with nothing in hand
            for (int i = 0; i < 100; i++) {
                long count = random.nextLong(1, 1 + rate.quota());
                nowNanos += rate.costNanos(count);
                assertEquals(0, charge(table, rate, count, nowNanos), "seed " + seed + ", " + rate);
            }
        }
    }

    @Test
    void theWaitItNamesIsExact() {
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Rate rate = anyRate(random);
            DebtTable table = new DebtTable(8);
            long nowNanos = random.nextLong();
            for (int refused = 0; refused < 20; ) {
                long count = random.nextLong(1, 1 + rate.quota());
                long waitNanos = charge(table, rate, count, nowNanos);
                if (waitNanos > 0) {
                    refused++;
                    assertEquals(1, charge(table, rate, count, nowNanos + waitNanos - 1), "seed " + seed + ", " + rate);
                    nowNanos += waitNanos;
                    assertEquals(0, charge(table, rate, count, nowNanos), "seed " + seed + ", " + rate);
                }
            }
        }
    }

    /** Costs are rounded up to nanoseconds: three in a second cost two nanoseconds more. */
    @Test
    void whoTakesAllThereIsGetsTheRateInTheLongRun() {
        Rate rate = new Rate(3, 1_000_000_000);
        DebtTable table = new DebtTable(8);
        long nowNanos = 0;
        for (int i = 0; i < 3_000_000; i++) {
            long waitNanos = charge(table, rate, 1, nowNanos);
            if (waitNanos > 0) {
                nowNanos += waitNanos;
                assertEquals(0, charge(table, rate, 1, nowNanos));
            }
        }
        assertEquals(3_000_000 * 333_333_334L - rate.windowNanos(), nowNanos);
    }

    @Test
    void saysHowMuchIsLeftAndWhenItIsMore() {
        for (int seed = 0; seed < SEEDS; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Rate rate = anyRate(random);
            for (int i = 0; i < 20; i++) {
                long debtNanos = random.nextLong(1 + rate.windowNanos());
                String which = "seed " + seed + ", " + rate + ", debt " + debtNanos;
                long available = rate.available(debtNanos);
                assertTrue(debtNanos + rate.costNanos(available) <= rate.windowNanos(), which);
                if (available < rate.quota()) {
                    assertTrue(debtNanos + rate.costNanos(available + 1) > rate.windowNanos(), which);
                    long nextNanos = rate.nextNanos(debtNanos);
                    assertTrue(rate.available(debtNanos - nextNanos) > available, which);
                    assertEquals(available, rate.available(debtNanos - nextNanos + 1), which);
                }
            }
            assertEquals(rate.quota(), rate.available(0));
            assertEquals(0, rate.nextNanos(0));
            assertEquals(0, rate.available(rate.windowNanos()));
        }
    }

    @Test
    void whatDoesNotFitIsNoRate() {
        assertThrows(IllegalArgumentException.class, () -> new Rate(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new Rate(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Rate(Rate.MAX_QUOTA + 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Rate(1, Rate.MAX_WINDOW_NANOS + 1));
    }
}

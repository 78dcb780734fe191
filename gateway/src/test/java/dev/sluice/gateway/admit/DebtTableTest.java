package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Debts are kept exactly while there is room for them, and where there is not, nobody suffers for another. */
class DebtTableTest {

    private static final long LONGEST = 1_000;

    /** Everything is in one set. */
    private static DebtTable oneSet() {
        return new DebtTable(DebtTable.WAYS);
    }

    @Test
    void keepsWhatAMapWouldKeep() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            DebtTable table = oneSet();
            Map<Long, Long> until = new HashMap<>();
            long nowNanos = Long.MAX_VALUE - 5_000; // the clock may wrap
            for (int i = 0; i < 300; i++) {
                nowNanos += random.nextInt(60);
                long key = random.nextInt(DebtTable.WAYS);
                long cost = random.nextInt(1, 400);
                long debt = until.containsKey(key) ? Math.max(0, until.get(key) - nowNanos) : 0;
                assertEquals(debt, table.debtNanos(key, nowNanos));
                long wait = Math.max(0, debt + cost - LONGEST);
                assertEquals(wait, table.charge(key, cost, LONGEST, nowNanos), "seed " + seed);
                if (wait == 0) {
                    until.put(key, nowNanos + debt + cost);
                }
            }
            long now = nowNanos;
            assertEquals(until.values().stream().filter(end -> end - now > 0).count(), table.inDebt(now));
        }
    }

    @Test
    void forgetsTheLeastDebtWhenASetIsFull() {
        DebtTable table = oneSet();
        for (int key = 0; key < DebtTable.WAYS; key++) {
            table.charge(key, 100 + (key + 3) % DebtTable.WAYS, LONGEST, 0);
        }
        table.charge(99, 1, LONGEST, 0);
        assertEquals(0, table.debtNanos(5, 0)); // it owed 100
        assertEquals(101, table.debtNanos(6, 0));
        assertEquals(1, table.debtNanos(99, 0));
        assertEquals(DebtTable.WAYS, table.inDebt(0));
    }

    @Test
    void whoHasPaidMakesRoom() {
        DebtTable table = oneSet();
        for (int key = 0; key < DebtTable.WAYS; key++) {
            table.charge(key, key == 2 ? 10 : 500, LONGEST, 0);
        }
        table.charge(99, 500, LONGEST, 10);
        for (int key = 0; key < DebtTable.WAYS; key++) {
            assertEquals(key == 2 ? 0 : 490, table.debtNanos(key, 10));
        }
        assertEquals(0, table.inDebt(510));
    }

    @Test
    void aMillionNamesTakeNoMoreThanTheRoomThereIs() {
        DebtTable table = new DebtTable(1 << 10);
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000_000; i++) {
            table.charge(random.nextLong(), 1 + random.nextInt(900), LONGEST, i / 1000);
        }
        assertEquals(1 << 10, table.inDebt(1_000));
        assertEquals(0, table.inDebt(3_000));
    }

    /** However many others push into its set. */
    @Test
    void whoKeepsToItsRateIsNeverRefusedForOthers() {
        DebtTable table = oneSet();
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 100_000; i++) {
            assertEquals(0, table.charge(-1, 10, LONGEST, i * 10L));
            table.charge(random.nextInt(30), 1 + random.nextInt(900), LONGEST, i * 10L);
        }
    }

    /**
     * Four threads charge the same keys of one set at a moment that stands still; each key gives exactly what it has.
     */
    @Test
    void noChargeIsLostBetweenThreads() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            DebtTable table = oneSet();
            List<AtomicInteger> given = new ArrayList<>();
            for (int key = 0; key < DebtTable.WAYS; key++) {
                given.add(new AtomicInteger());
            }
            CyclicBarrier start = new CyclicBarrier(4);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> chargeAll(table, given, start)));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            for (AtomicInteger each : given) {
                assertEquals(10, each.get());
            }
        }
    }

    private static void chargeAll(DebtTable table, List<AtomicInteger> given, CyclicBarrier start) {
        try {
            start.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
        }
        for (int i = 0; i < 20 * given.size(); i++) {
            int key = i % given.size();
            if (table.charge(key, LONGEST / 10, LONGEST, 0) == 0) {
                given.get(key).incrementAndGet();
            }
        }
    }

    /** Names of addresses that lie side by side spread over the sets, and no two have one key. */
    @Test
    void keysOfLikeNamesSpread() {
        NameKeys keys = new NameKeys();
        Map<Long, String> names = new HashMap<>();
        int[] inSet = new int[1 << 12];
        for (int i = 0; i < 1 << 16; i++) {
            String name = "10.0." + (i >> 8) + "." + (i & 255);
            long key = keys.of(name);
            assertEquals(key, keys.of(name));
            assertTrue(names.put(key, name) == null, name);
            inSet[(int) (key >>> 32) & (inSet.length - 1)]++;
        }
        for (int count : inSet) {
            assertTrue(count < 16 + 40, count + " names in a set instead of about 16");
        }
    }
}

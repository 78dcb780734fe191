package dev.sluice.gateway.admit;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Who is in debt until when, in memory that does not grow with the number of names.
 *
 * <p>Implementation note: as in a processor's cache, a key belongs to one of many small sets. A set is an array of
 * pairs, key and the moment at which its debt is paid off, and is never changed: a charge makes a new one of it, which
 * leaves out whoever is out of debt by then, and puts it in the place of the old one unless somebody else was faster.
 * So nothing is locked or swept, whoever owes nothing costs nothing, and no charge is lost between two loops. Only
 * where more than {@link #WAYS} keys of one set are in debt at one time, the one that would be out of it first is
 * forgotten: it gets its quota back too soon, and nobody is ever refused for another.
 *
 * @thread any; a compare-and-set of an immutable array
 * @bound {@link #WAYS} keys in each set, so 16 bytes for each key of the capacity and 20 for each set
 */
final class DebtTable {

    static final int WAYS = 8;

    private static final int PAIR = 2;
    private static final long[] EMPTY = {};

    private final AtomicReferenceArray<long[]> sets;

    /** @param capacity keys that it has room for; the next power of two */
    DebtTable(int capacity) {
        int count = Math.max(1, Integer.highestOneBit(Math.max(1, capacity - 1)) * 2 / WAYS);
        sets = new AtomicReferenceArray<>(count);
    }

    /**
     * Adds to a debt, unless it would become longer than it may be.
     *
     * @return how long to wait until it could be added; 0 when it was
     */
    long charge(long key, long costNanos, long longestNanos, long nowNanos) {
        int place = place(key);
        while (true) {
            long[] old = sets.get(place);
            long debtNanos = debt(old, key, nowNanos);
            long waitNanos = debtNanos + costNanos - longestNanos;
            if (waitNanos > 0) {
                return waitNanos;
            }
            if (sets.compareAndSet(place, old, with(old, key, nowNanos + debtNanos + costNanos, nowNanos))) {
                return 0;
            }
        }
    }

    /** How long until that debt is paid off. */
    long debtNanos(long key, long nowNanos) {
        return debt(sets.get(place(key)), key, nowNanos);
    }

    /** How many are in debt; looks at all of them. */
    int inDebt(long nowNanos) {
        int count = 0;
        for (int place = 0; place < sets.length(); place++) {
            long[] set = sets.get(place);
            for (int i = 0; set != null && i < set.length; i += PAIR) {
                count += set[i + 1] - nowNanos > 0 ? 1 : 0;
            }
        }
        return count;
    }

    private int place(long key) {
        return (int) (key >>> Integer.SIZE) & (sets.length() - 1);
    }

    private static long debt(long[] set, long key, long nowNanos) {
        for (int i = 0; set != null && i < set.length; i += PAIR) {
            if (set[i] == key) {
                return Math.max(0, set[i + 1] - nowNanos);
            }
        }
        return 0;
    }

    /** The set with that debt, without the old one of that key and without those who are out of debt. */
    private static long[] with(long[] old, long key, long untilNanos, long nowNanos) {
        long[] set = old == null ? EMPTY : old;
        long[] next = new long[set.length + PAIR];
        next[0] = key;
        next[1] = untilNanos;
        int length = PAIR;
        for (int i = 0; i < set.length; i += PAIR) {
            if (set[i] != key && set[i + 1] - nowNanos > 0) {
                next[length] = set[i];
                next[length + 1] = set[i + 1];
                length += PAIR;
            }
        }
        if (length > WAYS * PAIR) {
            return withoutLeast(next, nowNanos);
        }
        return length == next.length ? next : Arrays.copyOf(next, length);
    }

    /** Without the least debt behind the first one, which is new. */
    private static long[] withoutLeast(long[] set, long nowNanos) {
        int least = PAIR;
        for (int i = PAIR; i < set.length; i += PAIR) {
            if (set[i + 1] - nowNanos < set[least + 1] - nowNanos) {
                least = i;
            }
        }
        int last = set.length - PAIR;
        set[least] = set[last];
        set[least + 1] = set[last + 1];
        return Arrays.copyOf(set, last);
    }
}

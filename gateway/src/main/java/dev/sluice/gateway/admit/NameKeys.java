package dev.sluice.gateway.admit;

import java.util.SplittableRandom;

/**
 * Stands for a name of any length in 64 bits.
 *
 * <p>Two names with one key would share a quota; among a million names the odds are 3 in 100 million. Names are chosen
 * by clients, so what is made of them depends on two numbers that only this process knows.
 *
 * @thread immutable
 */
final class NameKeys {

    private final long start;
    private final long factor;

    NameKeys() {
        SplittableRandom random = new SplittableRandom();
        this.start = random.nextLong();
        this.factor = random.nextLong() | 1;
    }

    long of(String name) {
        long key = start;
        for (int i = 0; i < name.length(); i++) {
            key = mixed(key, name.charAt(i));
        }
        return mixed(key, name.length());
    }

    /** The shift brings the upper bits down, without which a product modulo 2^64 has collisions for every factor. */
    private long mixed(long key, int next) {
        long product = (key ^ next) * factor;
        return product ^ product >>> Integer.SIZE;
    }
}

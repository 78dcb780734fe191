package dev.sluice.gateway.front.ws;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What clients put over their bytes.
 *
 * @thread stateless
 * @source RFC 6455, section 5.3
 */
final class Masking {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Masking() {}

    /** Takes it off, or puts it on: it is the same. The first byte meets the highest byte of the mask. */
    static void apply(byte[] bytes, int mask) {
        long twice = ((mask & 0xFFFF_FFFFL) << Integer.SIZE) | (mask & 0xFFFF_FFFFL);
        int at = 0;
        for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
            LONG.set(bytes, at, (long) LONG.get(bytes, at) ^ twice);
        }
        for (; at < bytes.length; at++) {
            bytes[at] ^= (byte) (mask >>> (Byte.SIZE * (3 - (at & 3))));
        }
    }
}

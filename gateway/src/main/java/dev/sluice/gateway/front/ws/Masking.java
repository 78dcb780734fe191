package dev.sluice.gateway.front.ws;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The mask that a client puts over the bytes of each of its frames.
 *
 * @thread stateless
 * @source RFC 6455, section 5.3
 */
final class Masking {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Masking() {}

    /**
     * Takes it off, or puts it on: it is the same. The first byte meets the highest byte of the mask. Of this loop the compiler
     * makes one of vectors: it knows where it ends, and turns no bytes round on usual machines.
     */
    static void apply(byte[] bytes, int mask) {
        int turned = Integer.reverseBytes(mask);
        long twice = ((turned & 0xFFFF_FFFFL) << Integer.SIZE) | (turned & 0xFFFF_FFFFL);
        int end = bytes.length - (Long.BYTES - 1);
        int at = 0;
        for (; at < end; at += Long.BYTES) {
            LONG.set(bytes, at, (long) LONG.get(bytes, at) ^ twice);
        }
        for (; at < bytes.length; at++) {
            bytes[at] ^= (byte) (turned >>> (Byte.SIZE * (at & 3)));
        }
    }
}

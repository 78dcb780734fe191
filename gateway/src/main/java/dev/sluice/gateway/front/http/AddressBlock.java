package dev.sluice.gateway.front.http;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All addresses that begin with the same bits.
 *
 * @param first the lowest of them
 * @param bits how many are the same
 */
record AddressBlock(byte[] first, int bits) {

    private static final int IPV6_BYTES = 16;
    private static final int IPV6_BITS = 64;
    private static final byte[] IPV4_MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

    /** Reads one, as in {@code 10.0.0.0/8}; a lone address is a block of its own. Empty when it is none. */
    static Optional<AddressBlock> parse(String text) {
        int slash = text.indexOf('/');
        byte[] first = bytes(slash < 0 ? text : text.substring(0, slash));
        if (first == null) {
            return Optional.empty();
        }
        int all = first.length * Byte.SIZE;
        int bits = slash < 0 ? all : bits(text.substring(slash + 1), all);
        AddressBlock block = new AddressBlock(first, bits);
        return bits >= 0 && Arrays.equals(first, block.lowest()) ? Optional.of(block) : Optional.empty();
    }

    private static int bits(String text, int most) {
        if (!text.matches("[0-9]{1,3}")) {
            return -1;
        }
        int bits = Integer.parseInt(text);
        return bits <= most ? bits : -1;
    }

    /** An address in figures; null for anything else, for a name is not looked up. An IPv4 address in IPv6 is IPv4. */
    static byte @Nullable [] bytes(String text) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(text);
        return bytes != null && bytes.length == IPV6_BYTES && Arrays.mismatch(bytes, IPV4_MAPPED) == IPV4_MAPPED.length
                ? Arrays.copyOfRange(bytes, IPV4_MAPPED.length, IPV6_BYTES)
                : bytes;
    }

    /**
     * Whose address that is, as far as can be told: on IPv6 everybody has a block of 64 bits to choose from, so only
     * those count.
     */
    static String owner(byte[] address) {
        return address.length == IPV6_BYTES
                ? NetUtil.bytesToIpAddress(new AddressBlock(address, IPV6_BITS).lowest()) + "/" + IPV6_BITS
                : NetUtil.bytesToIpAddress(address);
    }

    boolean contains(byte[] address) {
        return address.length == first.length && Arrays.equals(first, new AddressBlock(address, bits).lowest());
    }

    private byte[] lowest() {
        byte[] lowest = first.clone();
        for (int i = 0; i < lowest.length; i++) {
            int kept = Math.clamp(bits - (long) i * Byte.SIZE, 0, Byte.SIZE);
            lowest[i] &= (byte) (0xff << (Byte.SIZE - kept));
        }
        return lowest;
    }
}

package dev.sluice.worker.source;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which addresses are somebody's on the internet, and which are this machine's, a private network's or nobody's.
 *
 * @thread any; holds nothing
 * @source IANA's registries of special-purpose addresses
 */
final class PublicAddresses {

    private static final int V4_BYTES = 4;
    private static final int V6_BYTES = 16;

    /** Where clouds hand credentials to whoever asks, and what has no owner: never a source of models. */
    private static final List<Block> NEVER = blocks(
            "169.254.0.0/16",
            "168.63.129.16/32",
            "100.100.100.200/32",
            "192.0.0.192/32",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "0.0.0.0/8",
            "fe80::/10",
            "ff00::/8",
            "fd00:ec2::254/128",
            "fd20:ce::254/128",
            "::/128");

    private static final List<Block> PRIVATE = blocks(
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20");

    /** All others of IPv6 are not given out, or are local. */
    private static final Block GLOBAL_V6 = Block.of("2000::/3");

    /** Behind these a network translates to IPv4: its address stands from that byte on. */
    private static final List<Embedding> EMBEDDINGS = List.of(
            new Embedding(Block.of("::/96"), 12),
            new Embedding(Block.of("::ffff:0:0:0/96"), 12),
            new Embedding(Block.of("64:ff9b::/96"), 12),
            new Embedding(Block.of("2002::/16"), 2));

    private record Embedding(Block block, int from) {}

    /** @param bits that count */
    private record Block(byte[] prefix, int bits) {

        static Block of(String text) {
            int slash = text.indexOf('/');
            try {
                byte[] bytes = InetAddress.getByName(text.substring(0, slash)).getAddress();
                return new Block(bytes, Integer.parseInt(text.substring(slash + 1)));
            } catch (UnknownHostException noLiteral) {
                throw new IllegalArgumentException(text, noLiteral);
            }
        }

        boolean has(byte[] address) {
            int rest = address.length * Byte.SIZE - bits;
            return address.length == prefix.length
                    && new BigInteger(1, address).shiftRight(rest).equals(new BigInteger(1, prefix).shiftRight(rest));
        }
    }

    private PublicAddresses() {}

    private static List<Block> blocks(String... texts) {
        return Stream.of(texts).map(Block::of).toList();
    }

    /**
     * What is against that address, for people; empty if nothing is.
     *
     * @param allowPrivate whether private networks and this machine are good enough
     */
    static Optional<String> objection(InetAddress address, boolean allowPrivate) {
        return objection(address.getAddress(), allowPrivate);
    }

    private static Optional<String> objection(byte[] address, boolean allowPrivate) {
        if (NEVER.stream().anyMatch(block -> block.has(address))) {
            return Optional.of("link-local, multicast, metadata or nobody's");
        }
        if (address.length == V6_BYTES && !isLoopback(address)) {
            for (Embedding embedding : EMBEDDINGS) {
                if (embedding.block.has(address)) {
                    return objection(
                            Arrays.copyOfRange(address, embedding.from, embedding.from + V4_BYTES), allowPrivate);
                }
            }
        }
        boolean isPrivate = PRIVATE.stream().anyMatch(block -> block.has(address))
                || (address.length == V6_BYTES && !GLOBAL_V6.has(address));
        return isPrivate && !allowPrivate ? Optional.of("in a private network or this machine's") : Optional.empty();
    }

    private static boolean isLoopback(byte[] address) {
        return new BigInteger(1, address).equals(BigInteger.ONE);
    }
}

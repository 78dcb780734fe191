package dev.sluice.gateway.front.ws;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.Deflater;

/**
 * Compression of messages, each for itself.
 *
 * <p>Neither side keeps a window from message to message: a window for each direction would be 300 KiB for each connection,
 * and what one request has in common with the next is mostly the names of its members.
 *
 * @thread stateless
 * @source RFC 7692
 */
final class PerMessageDeflate {

    /** What we answer to an offer. */
    static final String ACCEPTED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    /** The bit of a message's first frame that says that it is compressed. */
    static final int RSV1 = 4;

    /** Takes the place of the empty block that ends what is compressed, and is never sent. */
    static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private static final String NAME = "permessage-deflate";
    private static final Set<String> KNOWN =
            Set.of("client_no_context_takeover", "server_no_context_takeover", "client_max_window_bits");

    /** Below, what is saved is not worth it; above, it would keep the loop busy for too long. */
    private static final int LEAST_BYTES = 1 << 10;

    private static final int MOST_BYTES = 4 << 20;
    private static final int PART_BYTES = 16 << 10;

    private PerMessageDeflate() {}

    /**
     * Whether one of these offers can be accepted, in the header of a handshake. One that limits our window cannot: Java's
     * own compression has no smaller one.
     */
    static boolean isOffered(List<String> headers) {
        return headers.stream()
                .flatMap(header -> List.of(header.toLowerCase(Locale.ROOT).split(",", -1)).stream())
                .anyMatch(PerMessageDeflate::isAcceptable);
    }

    private static boolean isAcceptable(String offer) {
        String[] parts = offer.split(";", -1);
        boolean known = parts[0].strip().equals(NAME);
        for (int i = 1; i < parts.length && known; i++) {
            known = KNOWN.contains(parts[i].split("=", 2)[0].strip());
        }
        return known;
    }

    /** That message, compressed if it is text of a fit length. */
    static Outgoing fit(Outgoing message) {
        if (!message.text() || message.length() < LEAST_BYTES || message.length() > MOST_BYTES) {
            return message;
        }
        return new Outgoing(Unpooled.wrappedBuffer(deflated(ByteBufUtil.getBytes(message.bytes()))), true, true);
    }

    private static byte[] deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(bytes);
            ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length / 2);
            byte[] part = new byte[PART_BYTES];
            int count = part.length;
            while (count == part.length) {
                count = deflater.deflate(part, 0, part.length, Deflater.SYNC_FLUSH);
                out.write(part, 0, count);
            }
            byte[] all = out.toByteArray();
            return Arrays.copyOf(all, all.length - TAIL.length);
        } finally {
            deflater.end();
        }
    }
}

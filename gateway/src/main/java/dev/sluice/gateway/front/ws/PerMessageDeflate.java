package dev.sluice.gateway.front.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.Deflater;

/**
 * Compression of messages, as agreed with one client.
 *
 * <p>We compress each message for itself, so that nothing is kept from one to the next: 260 KiB for each connection would be, and
 * what one answer has in common with the next is mostly the names of its members. Clients may do the same, and say so;
 * for those that do not, 40 KiB are kept. They are not asked to, because some break off when they are.
 *
 * @param isOn whether messages may be compressed at all
 * @param keepsWindow whether a message of the client may refer to the ones before
 * @param response what our handshake says of it; empty for nothing
 * @source RFC 7692
 */
record PerMessageDeflate(boolean isOn, boolean keepsWindow, String response) {

    static final PerMessageDeflate OFF = new PerMessageDeflate(false, false, "");

    /** The bit of a message's first frame that says that it is compressed. */
    static final int RSV1 = 4;

    /** Takes the place of the empty block that ends what is compressed, and is never sent. */
    static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

    private static final String NAME = "permessage-deflate";
    private static final String CLIENT_WINDOW = "client_max_window_bits";
    private static final Pattern KNOWN = Pattern.compile(
            "client_no_context_takeover|server_no_context_takeover|" + CLIENT_WINDOW + "(=\"?([89]|1[0-5])\"?)?");

    private static final Pattern EQUALS = Pattern.compile("\\s*=\\s*");

    /** Below, what is saved is not worth it; above, it would keep the loop busy for too long. */
    private static final int LEAST_BYTES = 1 << 10;

    private static final int MOST_BYTES = 4 << 20;
    private static final int PART_BYTES = 16 << 10;

    /**
     * What we agree to of the offers in a handshake: the first that is as the standard has it, and does not limit our window,
     * for Java's own compression has no smaller one.
     */
    static PerMessageDeflate agree(List<String> headers) {
        return headers.stream()
                .flatMap(header -> List.of(header.toLowerCase(Locale.ROOT).split(",", -1)).stream())
                .map(PerMessageDeflate::parameters)
                .filter(PerMessageDeflate::isAgreeable)
                .findFirst()
                .map(PerMessageDeflate::agreed)
                .orElse(OFF);
    }

    /** The name of an extension and its parameters, as in {@code name=value}. */
    private static List<String> parameters(String offer) {
        return Arrays.stream(offer.split(";", -1))
                .map(part -> EQUALS.matcher(part.strip()).replaceAll("="))
                .toList();
    }

    private static boolean isAgreeable(List<String> offer) {
        List<String> parameters = offer.subList(1, offer.size());
        long names = parameters.stream()
                .map(each -> each.split("=", 2)[0])
                .distinct()
                .count();
        return offer.getFirst().equals(NAME)
                && names == parameters.size()
                && parameters.stream().allMatch(each -> KNOWN.matcher(each).matches());
    }

    private static PerMessageDeflate agreed(List<String> offer) {
        String response =
                offer.stream().filter(part -> !part.startsWith(CLIENT_WINDOW)).collect(Collectors.joining("; "));
        return new PerMessageDeflate(true, !offer.contains("client_no_context_takeover"), response);
    }

    /** That message, compressed if it is text of a fit length. */
    Outgoing fit(Outgoing message) {
        if (!isOn || !message.text() || message.length() < LEAST_BYTES || message.length() > MOST_BYTES) {
            return message;
        }
        return new Outgoing(deflated(ByteBufUtil.getBytes(message.bytes())), true, true);
    }

    private static ByteBuf deflated(byte[] bytes) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            deflater.setInput(bytes);
            ByteBuf out = Unpooled.buffer(bytes.length / 2);
            byte[] part = new byte[PART_BYTES];
            int count = part.length;
            while (count == part.length) {
                count = deflater.deflate(part, 0, part.length, Deflater.SYNC_FLUSH);
                out.writeBytes(part, 0, count);
            }
            return out.writerIndex(out.writerIndex() - TAIL.length);
        } finally {
            deflater.end();
        }
    }
}

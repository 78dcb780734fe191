package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.front.v2.Utf8;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * What may stand in a close frame.
 *
 * @thread stateless
 * @source RFC 6455, sections 5.5.1 and 7.4
 */
final class CloseFrames {

    private static final int FIRST = 1000;
    private static final int LAST_DEFINED = 1014;
    private static final int FIRST_REGISTERED = 3000;
    private static final int LAST = 4999;

    private CloseFrames() {}

    /** Whether that payload is nothing, or a code that may be sent and a text. */
    static boolean isProper(ByteBuf payload) {
        if (!payload.isReadable()) {
            return true;
        }
        int code = payload.getUnsignedShort(payload.readerIndex());
        byte[] reason = ByteBufUtil.getBytes(
                payload, payload.readerIndex() + Short.BYTES, payload.readableBytes() - Short.BYTES);
        return isCode(code) && Utf8.isValid(reason, 0, reason.length);
    }

    /** 1004 to 1006 mean what no frame can say. */
    private static boolean isCode(int code) {
        boolean defined = code >= FIRST && code <= LAST_DEFINED && (code < 1004 || code > 1006);
        return defined || (code >= FIRST_REGISTERED && code <= LAST);
    }
}

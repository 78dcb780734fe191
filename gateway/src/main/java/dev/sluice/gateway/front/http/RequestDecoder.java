package dev.sluice.gateway.front.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Reads HTTP/1.1 as Vert.x does, and refuses what two servers in a row could read as different requests.
 *
 * <p>Netty takes a body whose transfer coding it does not know for no body, and so the body for the next request; and it
 * reads over a length beside chunks. What is refused here is malformed to everyone behind, and the connection ends.
 *
 * @thread confined to the front loop of its connection
 * @errors a request that failed to decode, for a transfer coding other than chunked alone, chunked with a length or in
 *     HTTP/1.0, and more than one host
 * @source RFC 9112, sections 3.2, 6.1 and 6.3; RFC 9110, section 7.8
 */
final class RequestDecoder extends VertxHttpRequestDecoder {

    private final FrontConnection connection;
    private boolean inBody;

    RequestDecoder(HttpServerOptions options, FrontConnection connection) {
        super(options);
        this.connection = connection;
    }

    /** Overridden because it is asked of each head that is complete, before anything is decided about its body. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage head) {
        if (head != null) {
            requireOneReading(head);
        }
        return super.isContentAlwaysEmpty(head);
    }

    private static void requireOneReading(HttpMessage head) {
        HttpHeaders headers = head.headers();
        if (headers.getAll(HttpHeaderNames.HOST).size() > 1) {
            throw new IllegalArgumentException("more than one Host header");
        }
        if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return;
        }
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (codings.size() > 1 || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(codings.getFirst())) {
            throw new IllegalArgumentException(
                    "the only Transfer-Encoding read here is chunked, got " + String.join(", ", codings));
        }
        if (headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            throw new IllegalArgumentException("Transfer-Encoding and Content-Length together");
        }
        if (!head.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            throw new IllegalArgumentException(head.protocolVersion() + " has no Transfer-Encoding");
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out) throws Exception {
        int known = out.size();
        super.decode(context, bytes, out);
        followHead(out, known);
        if (out.size() > known && out.get(known) instanceof HttpRequest head && !mayUpgrade(head)) {
            head.headers().remove(HttpHeaderNames.UPGRADE);
        }
    }

    /** What makes neither a head nor a piece of a body is a piece of a head. */
    private void followHead(List<Object> out, int known) {
        if (out.size() > known) {
            inBody = !(out.getLast() instanceof LastHttpContent);
            connection.head().isWhole();
        } else if (!inBody) {
            connection.head().goesOn();
        }
    }

    /**
     * Whether an offer to go on in HTTP/2 is heard; one that is not heard is answered in HTTP/1.1. With an expectation,
     * 100 would have to be said before the upgrade, and Vert.x says it behind. It also upgrades what it failed to
     * decode, and takes a malformed chunk for the end of the body.
     */
    private static boolean mayUpgrade(HttpRequest head) {
        return head.decoderResult().isSuccess()
                && !head.headers().contains(HttpHeaderNames.EXPECT)
                && !head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
    }
}

package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.http.AccessLog;
import dev.sluice.gateway.front.http.AnswerDeflater;
import dev.sluice.gateway.front.http.Bodies;
import dev.sluice.gateway.front.http.ContentCoding;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.MessageSending;
import dev.sluice.gateway.front.http.Orders;
import dev.sluice.gateway.front.http.RequestIds;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call as it stands on its stream of HTTP/2: what its metadata say, and the one end it has.
 *
 * @thread confined to the front loop of its connection
 * @errors an answer to a client that has gone, or a second end, is dropped in silence
 * @source gRPC over HTTP/2
 */
final class GrpcStream {

    private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized(NoCall.CONTENT_TYPE);
    private static final CharSequence ACCEPT_ENCODING = HttpHeaders.createOptimized("grpc-accept-encoding");
    private static final CharSequence ENCODING = HttpHeaders.createOptimized("grpc-encoding");
    private static final String READ_CODINGS = "identity, deflate, gzip";
    private static final CharSequence REQUEST_ID = HttpHeaders.createOptimized(RequestIds.HEADER);

    /** The code of HTTP/2 for: no error, but send no more (RFC 9113, section 8.1). */
    private static final long NO_ERROR = 0;

    private final HttpServerRequest request;
    private final LoopParts loop;
    private final CharSequence contentType;
    private final String requestId;
    private final long startNanos;
    private @Nullable String client;
    private @Nullable KeyHolder keyHolder;
    private @Nullable MessageSending sending;
    private boolean limited;
    private boolean compressesStream;
    private long sentBytes;
    private boolean ended;

    GrpcStream(HttpServerRequest request, LoopParts loop) {
        this(request, loop, CONTENT_TYPE);
    }

    /** @param contentType of the answer, where the client may not read that of gRPC */
    GrpcStream(HttpServerRequest request, LoopParts loop, CharSequence contentType) {
        this.request = request;
        this.loop = loop;
        this.contentType = contentType;
        this.requestId = exchanges().requestIds().of(request);
        this.startNanos = FrontConnection.arrivalNanos(request);
    }

    HttpServerRequest request() {
        return request;
    }

    Serving serving() {
        return loop.serving();
    }

    private Exchanges exchanges() {
        return loop.exchanges();
    }

    Bodies bodies() {
        return loop.bodies();
    }

    String requestId() {
        return requestId;
    }

    /** Where it comes from. */
    String address() {
        return Orders.address(request);
    }

    /** When its head had arrived. */
    long startNanos() {
        return startNanos;
    }

    /** It shows that client's key. */
    void sentBy(KeyHolder holder) {
        keyHolder = holder;
        client = holder.name();
    }

    /** Whose key that is; null where none is asked for. */
    @Nullable
    KeyHolder keyHolder() {
        return keyHolder;
    }

    String client() {
        if (client == null) {
            client = exchanges().clientNames().of(request);
        }
        return client;
    }

    /**
     * How long the client waits, in nanoseconds; {@link GrpcTimeout#NONE} when it does not say.
     *
     * @throws InferenceException InvalidRequest for what is no time, or two of them
     */
    long timeoutNanos() {
        return GrpcTimeout.nanos(request.headers().getAll(GrpcTimeout.HEADER));
    }

    /**
     * Runs that when the client waits no longer. The answer, when it is run, stops the clock.
     *
     * @throws InferenceException as {@link #timeoutNanos}
     */
    Runnable whenLate(Runnable action) {
        long nanos = timeoutNanos();
        return nanos == GrpcTimeout.NONE
                ? () -> {}
                : bodies().timers().start(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)), action);
    }

    /**
     * How compressed messages of the client are compressed.
     *
     * @throws InferenceException UnsupportedMediaType for a coding that we do not read
     */
    ContentCoding coding() {
        @Nullable String said = request.getHeader(ENCODING);
        return switch (said == null ? "" : said.toLowerCase(Locale.ROOT)) {
            case "", "identity" -> ContentCoding.IDENTITY;
            case "gzip" -> ContentCoding.GZIP;
            case "deflate" -> ContentCoding.DEFLATE;
            default ->
                throw new InferenceException(new InferenceError.UnsupportedMediaType(
                        "grpc-encoding: expected one of " + READ_CODINGS + ", got " + InferenceException.quoted(said)));
        };
    }

    /** Runs that when what has been read already has been looked at. */
    void nextTurn(Runnable work) {
        loop.vertx().runOnContext(later -> work.run());
    }

    /** Runs that, in place of what was to be run before, when the stream is over, however it ends. */
    void whenOver(Runnable action) {
        request.response().closeHandler(closed -> action.run());
    }

    boolean isOpen() {
        return !ended && !request.response().ended() && !request.response().closed();
    }

    /** From now on its client is told what it has left of its quotas; the head of a stream of many comes too early for that. */
    void showStanding() {
        limited = true;
    }

    /** Sets one of the metadata that come before the answer. */
    void header(CharSequence name, String value) {
        if (isOpen()) {
            request.response().putHeader(name, value);
        }
    }

    /** Ends well, with that message; its pieces begin with its prefix. */
    void answer(List<ByteBuffer> message) {
        if (!isOpen()) {
            return;
        }
        ended = true;
        Buffer body = HttpBytes.buffer(message);
        int bytes = body.length();
        if (isWorthIt(bytes) && acceptsGzip()) {
            body = compressed(body);
            request.response().putHeader(ENCODING, ContentCoding.GZIP.token());
        }
        head(request.response());
        GrpcStatus.OK.put(request.response().trailers());
        FrontConnection.send(request, body);
        over(GrpcCode.OK, bytes);
    }

    private static boolean isWorthIt(int bytes) {
        return bytes >= AnswerDeflater.LEAST_BYTES && bytes <= AnswerDeflater.MOST_BYTES;
    }

    private boolean acceptsGzip() {
        @Nullable String accepted = request.getHeader(ACCEPT_ENCODING);
        return exchanges().compressesResponses()
                && accepted != null
                && Arrays.stream(accepted.split(",", -1))
                        .anyMatch(one -> one.strip().equals(ContentCoding.GZIP.token()));
    }

    private static Buffer compressed(Buffer body) {
        Buffer message =
                AnswerDeflater.compress(body.slice(GrpcFraming.PREFIX_BYTES, body.length()), ContentCoding.GZIP);
        byte[] prefix = new byte[GrpcFraming.PREFIX_BYTES];
        GrpcFraming.writePrefix(prefix, true, message.length());
        return Buffer.buffer(prefix.length + message.length())
                .appendBytes(prefix)
                .appendBuffer(message);
    }

    /**
     * Sends one of many messages.
     *
     * @param taken is run when the client has taken it, and not if it goes
     */
    void send(Buffer message, Runnable taken) {
        if (!isOpen()) {
            return;
        }
        if (sending == null) {
            compressesStream = acceptsGzip();
            if (compressesStream) {
                request.response().putHeader(ENCODING, ContentCoding.GZIP.token());
            }
            head(request.response());
            sending = FrontConnection.messages(request);
        }
        sentBytes += message.length();
        sending.send(compressesStream && isWorthIt(message.length()) ? compressed(message) : message, taken);
    }

    /** Ends behind the messages that have been sent, if there are any. */
    void finish(GrpcStatus status) {
        if (sending == null) {
            end(status);
        } else if (isOpen()) {
            ended = true;
            sending.end(() -> {
                status.put(request.response().trailers());
                FrontConnection.endMessages(request);
                over(status.code(), sentBytes);
                sendNoMore();
            });
        }
    }

    /** When a client that is refused for that is to come back; empty when that is no use. */
    OptionalLong retryMillis(InferenceError error) {
        return exchanges().retryAfter().millis(error);
    }

    /** Ends without a message, for that reason. */
    void refuse(InferenceError error) {
        end(GrpcStatus.of(error, retryMillis(error)));
    }

    /** Ends without a message. What the client may still be sending is not read. */
    void end(GrpcStatus status) {
        if (!isOpen()) {
            return;
        }
        ended = true;
        head(request.response());
        status.put(request.response().headers());
        FrontConnection.sendNothing(request);
        over(status.code(), 0);
        sendNoMore();
    }

    /** In the next turn, because the end of the request may have come with what was just read. */
    private void sendNoMore() {
        if (!request.isEnded()) {
            nextTurn(() -> {
                if (!request.isEnded() && !request.response().closed()) {
                    request.response().reset(NO_ERROR);
                }
            });
        }
    }

    private void head(HttpServerResponse response) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
        response.putHeader(ACCEPT_ENCODING, READ_CODINGS);
        response.putHeader(REQUEST_ID, requestId);
        if (limited) {
            exchanges().tellStanding(client(), response.headers());
        }
        if (exchanges().isDraining()) {
            FrontConnection.sendElsewhere(request);
        }
    }

    private void over(GrpcCode code, long bytes) {
        AccessLog log = exchanges().accessLog();
        if (log.isOn()) {
            int status = request.response().getStatusCode();
            AccessLog.Asked asked = AccessLog.Asked.of(request, client());
            log.answered(requestId, startNanos, asked, new AccessLog.Given(status, bytes, code.name()));
        }
    }
}

package dev.sluice.gateway.front.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.function.LongSupplier;

/**
 * A body on its way to its client, handed on no faster than the client takes it.
 *
 * <p>Netty copies what it is given into direct memory, so a large body is given to it slice by slice. That is also how its
 * progress is seen: in whole slices, because a client that takes a byte now and then is as good as one that takes none.
 *
 * @thread confined to the front loop of its connection
 * @bound what Netty holds of it is its high-water mark and a few slices
 * @owns the body until it has been sent or given up
 */
final class Sending implements Unsent {

    /** As much as {@link FrontTransport} lets wait for the socket. */
    static final int SLICE_BYTES = 64 << 10;

    private final HttpServerRequest request;
    private final Buffer body;
    private final Runnable handedOn;
    private final LongSupplier clock;
    private final Promise<Void> over = Promise.promise();
    private long movedNanos;
    private int next;

    /**
     * @param handedOn is run when the last byte has been handed on
     * @param clock tells the time in nanoseconds
     */
    Sending(HttpServerRequest request, Buffer body, Runnable handedOn, LongSupplier clock) {
        this.request = request;
        this.body = body;
        this.handedOn = handedOn;
        this.clock = clock;
        this.movedNanos = clock.getAsLong();
    }

    @Override
    public HttpServerRequest request() {
        return request;
    }

    int bytes() {
        return body.length();
    }

    @Override
    public boolean isWaiting() {
        return true;
    }

    @Override
    public long movedNanos() {
        return movedNanos;
    }

    /** Complete when all of it has gone out, failed when it will not. */
    Future<Void> begin() {
        if (body.length() > SLICE_BYTES) {
            HttpServerResponse response = request.response();
            response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
            response.drainHandler(drained -> handOn());
        }
        handSlice();
        handOn();
        return over.future();
    }

    private void handOn() {
        while (next < body.length()
                && !over.future().isComplete()
                && !request.response().writeQueueFull()) {
            handSlice();
        }
    }

    private void handSlice() {
        int from = next;
        next = Math.min(from + SLICE_BYTES, body.length());
        Buffer slice = body.slice(from, next);
        if (next < body.length()) {
            request.response().write(slice).onComplete(this::moved);
        } else {
            request.response().end(slice).onComplete(this::ended);
            handedOn.run();
        }
    }

    private void ended(AsyncResult<Void> taken) {
        if (taken.succeeded()) {
            over.tryComplete();
        } else {
            over.tryFail(taken.cause());
        }
    }

    private void moved(AsyncResult<Void> taken) {
        movedNanos = clock.getAsLong();
        if (taken.failed()) {
            over.tryFail(taken.cause());
        }
    }
}

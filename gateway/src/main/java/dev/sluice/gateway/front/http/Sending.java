package dev.sluice.gateway.front.http;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.LongSupplier;

/**
 * A body on its way to its client, handed on no faster than the client takes it.
 *
 * <p>Netty copies what it is given into direct memory, so a large body is given to it piece by piece. That is also how its
 * progress is seen: by {@value Outlet#MOST_BYTES} bytes, because a client that takes a byte now and then is as good as one
 * that takes none.
 *
 * @thread confined to the front loop of its connection
 * @bound what Netty holds of it is that of its {@link Outlet}
 * @owns the body until it has been sent or given up
 */
final class Sending implements Unsent {

    private final Outlet outlet;
    private final Buffer body;
    private final Runnable handedOn;
    private final LongSupplier clock;
    private final Promise<Void> over = Promise.promise();
    private long movedNanos;
    private int next;
    private int leftBytes;
    private boolean handingOn;

    /**
     * @param handedOn is run when the last byte has been handed on
     * @param clock tells the time in nanoseconds
     */
    Sending(Outlet outlet, Buffer body, Runnable handedOn, LongSupplier clock) {
        this.outlet = outlet;
        this.body = body;
        this.handedOn = handedOn;
        this.clock = clock;
        this.movedNanos = clock.getAsLong();
    }

    @Override
    public HttpServerRequest request() {
        return outlet.request();
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
        if (body.length() <= outlet.room() || body.length() == 0) {
            end(body);
        } else {
            request().response().putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
            outlet.whenMore(this::handOn);
            if (outlet.room() < 1) {
                outlet.writeHead();
            }
            handOn();
        }
        return over.future();
    }

    /** In a loop, for a socket that takes all at once says so before we have returned. */
    private void handOn() {
        if (!handingOn) {
            handingOn = true;
            for (int room = outlet.room(); room > 0 && isUnfinished(); room = outlet.room()) {
                hand(room);
            }
            handingOn = false;
        }
    }

    private boolean isUnfinished() {
        return next < body.length() && !over.future().isComplete();
    }

    private void hand(int room) {
        int from = next;
        next = (int) Math.min((long) from + room, body.length());
        Buffer piece = body.slice(from, next);
        if (next < body.length()) {
            outlet.write(piece).onComplete(left -> left(piece.length(), left));
        } else {
            end(piece);
        }
    }

    private void end(Buffer last) {
        outlet.end(last).onComplete(this::ended);
        handedOn.run();
    }

    private void ended(AsyncResult<Void> taken) {
        if (taken.succeeded()) {
            over.tryComplete();
        } else {
            over.tryFail(taken.cause());
        }
    }

    private void left(int bytes, AsyncResult<Void> taken) {
        if (taken.failed()) {
            over.tryFail(taken.cause());
            return;
        }
        if (leftBytes / Outlet.MOST_BYTES < (leftBytes + bytes) / Outlet.MOST_BYTES) {
            movedNanos = clock.getAsLong();
        }
        leftBytes += bytes;
        handOn();
    }
}

package dev.sluice.gateway.front.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answers of one connection that its client has not taken yet. Who takes nothing for {@code http.write_timeout} loses
 * the answer.
 *
 * @thread confined to the front loop of the connection
 * @bound {@code http.max_unsent_size} and one answer more: once that much waits, no answer is made any more
 */
final class UnsentAnswers {

    /** The code of HTTP/2 for: I do not want to know the rest (RFC 9113, section 7). */
    private static final long CANCEL = 8;

    private final Channel channel;
    private final long maxBytes;
    private final SlowClients slowClients;
    private final WaitTimer timer;
    private final Set<Unsent> sendings = new HashSet<>();
    private @Nullable Http2Windows windows;
    private long bytes;

    UnsentAnswers(Channel channel, HttpOptions options, SlowClients slowClients) {
        this.channel = channel;
        this.maxBytes = options.maxUnsentSize();
        this.slowClients = slowClients;
        this.timer = new WaitTimer(channel.eventLoop(), options.writeTimeout(), this::oldest, this::giveUp);
    }

    /** The connection speaks HTTP/2, with these windows. */
    void keepTo(Http2Windows http2) {
        windows = http2;
    }

    /** Whether so much waits for the client that nothing more should be made for it. */
    boolean isFull() {
        return bytes >= maxBytes;
    }

    /** Sends the body of an answer and ends it. */
    Future<Void> send(HttpServerRequest request, Buffer body, Runnable handedOn) {
        Sending sending = new Sending(new Outlet(request, windows), body, handedOn, timer::nanos);
        sendings.add(sending);
        count(sending.bytes());
        timer.begin();
        return sending.begin().onComplete(over -> {
            sendings.remove(sending);
            count(-sending.bytes());
        });
    }

    /** Begins an answer of many messages. */
    MessageSending messages(HttpServerRequest request) {
        MessageSending sending = new MessageSending(
                new Outlet(request, windows),
                more -> {
                    count(more);
                    timer.begin();
                },
                timer::nanos);
        sendings.add(sending);
        request.response().endHandler(over -> {
            sendings.remove(sending);
            sending.stop();
        });
        return sending;
    }

    /** The connection has closed. */
    void stop() {
        timer.stop();
    }

    private void count(int more) {
        bytes += more;
        slowClients.unsent(more);
    }

    private OptionalLong oldest() {
        return sendings.stream()
                .filter(Unsent::isWaiting)
                .mapToLong(Unsent::movedNanos)
                .min();
    }

    private void giveUp() {
        List<Unsent> late = sendings.stream()
                .filter(sending -> sending.isWaiting() && timer.isLate(sending.movedNanos()))
                .toList();
        for (Unsent sending : late) {
            sendings.remove(sending); // its end is told in a later turn
            slowClients.answerGivenUp();
            end(sending);
        }
    }

    /**
     * On HTTP/2 the other streams go on, unless nothing at all leaves this socket, not even word of the reset. Closing
     * begins at the socket, because Vert.x would first wait for what has been written.
     */
    private void end(Unsent sending) {
        if (sending.request().version() == HttpVersion.HTTP_2 && channel.isWritable()) {
            sending.request().response().reset(CANCEL);
        } else {
            channel.pipeline().firstContext().close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        }
    }
}

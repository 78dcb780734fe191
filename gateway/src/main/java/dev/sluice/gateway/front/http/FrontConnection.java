package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.FutureListener;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.impl.Http1xUpgradeToH2CHandler;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.core.net.impl.VertxConnection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: whether a request of it is being answered, what it has not taken yet, and how it ends.
 *
 * @thread the front loop of the connection, but for {@link #leave}
 * @errors a request of HTTP/1.1 whose head is not whole within {@code http.header_timeout} is a 408, and the connection
 *     ends
 */
public final class FrontConnection {

    private static final AttributeKey<FrontConnection> KEY = AttributeKey.valueOf(FrontConnection.class, "self");

    /** Refuses an answer to a client that has left too many untaken already. */
    public static final InferenceError UNTAKEN = new InferenceError.Overloaded(
            "this connection has too many answers that its client has not taken", InferenceError.RETRY_SOON_MILLIS);

    private final Channel channel;
    private final FrontLoop loop;
    private final SlowClients slowClients;
    private final UnsentAnswers unsent;
    private final HeadWait head;
    private final Stay stay;
    private int openRequests;
    private boolean paused;
    private @Nullable Runnable held;
    private boolean ending;
    private boolean leaving;
    private final Set<Runnable> toldWhenLeaving = new LinkedHashSet<>();
    private @Nullable Http2Session http2;
    private @Nullable Stream stream;

    private FrontConnection(Channel channel, FrontLoop loop, HttpOptions options, SlowClients slowClients) {
        this.channel = channel;
        this.loop = loop;
        this.slowClients = slowClients;
        this.stay = new Stay(loop.line(), this::goOn);
        this.unsent = new UnsentAnswers(channel, options, slowClients);
        this.head = new HeadWait(channel.eventLoop(), options, () -> openRequests == 0 && !paused, this::giveUpHead);
    }

    /** To be called once, when the connection has been accepted. */
    static FrontConnection on(Channel channel, FrontLoop loop, HttpOptions options, SlowClients slowClients) {
        FrontConnection connection = new FrontConnection(channel, loop, options, slowClients);
        channel.attr(KEY).set(connection);
        channel.closeFuture().addListener(closed -> {
            connection.head.stop();
            connection.unsent.stop();
            connection.stay.end();
            connection.held = null;
            connection.notPaused();
        });
        return connection;
    }

    static FrontConnection of(Channel channel) {
        return channel.attr(KEY).get();
    }

    static FrontConnection of(HttpServerRequest request) {
        return of(channel(request.connection()));
    }

    private static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channel();
    }

    /** The protocol of a connection is known, or has changed by upgrade; HTTP/2 may have so many streams. */
    static void speaks(HttpConnection connection, int maxStreams) {
        FrontConnection self = of(channel(connection));
        Http2Session session = Http2Session.of(connection, self::standInLine);
        if (session != null) {
            session.holdTo(maxStreams);
            self.unsent.keepTo(session.windows());
            self.http2 = session;
            self.head.isWhole();
        }
    }

    /**
     * What a connection has become that speaks a protocol of its own.
     *
     * @thread the front loop of the connection
     */
    public interface Stream {

        /** It is to end when it has nothing more to do. */
        void leave();

        /** It may read again, after {@link #standsInLine}. */
        void readOn();
    }

    /** From now on the connection speaks a protocol of its own, and reads and ends as that says. */
    public void becomes(Stream other) {
        stream = other;
        head.isWhole();
        if (leaving) {
            other.leave();
        }
    }

    /** A request has come on a stream, which has costs like any other. */
    public void countRequest() {
        stay.countRequest();
    }

    /** When what is read on a stream now had come, as far as can be known. */
    public long arrivalNanos() {
        return loop.arrivalNanos();
    }

    /** A request on a stream has been answered: whether it is not to be read now, because the loop has too much to do. */
    public boolean standsInLine() {
        if (stay.isDue() && !paused && channel.isActive()) {
            pause();
        }
        return paused;
    }

    public Channel channel() {
        return channel;
    }

    public SlowClients slowClients() {
        return slowClients;
    }

    /** The head that is on its way, if one is. */
    HeadWait head() {
        return head;
    }

    /** There is no request yet that could be answered, so the answer goes out behind everything that knows of requests. */
    private void giveUpHead() {
        slowClients.headGivenUp();
        channel.pipeline().firstContext().writeAndFlush(Refusal.lateHead()).addListener(ChannelFutureListener.CLOSE);
    }

    /** The head of a request has come; false if its client has left so many answers that it gets no more. */
    static boolean begun(HttpServerRequest request) {
        FrontConnection self = of(request);
        if (isHttp2(request)) {
            self.readOn(); // where the request had been read already
        } else {
            self.openRequests++;
        }
        return !self.unsent.isFull();
    }

    private static boolean isHttp2(HttpServerRequest request) {
        return request.version() == HttpVersion.HTTP_2;
    }

    /**
     * Has a request answered that has begun: now, or when its connection has stood in line. It is due there as well when
     * the request behind has been read already, and begins with the last byte of the answer before.
     */
    static void inTurn(HttpServerRequest request, Handler<HttpServerRequest> answerer) {
        FrontConnection self = of(request);
        if (!isHttp2(request) && (self.paused || self.stay.isDue())) {
            self.hold(request, answerer);
        } else {
            answerer.handle(request);
        }
    }

    /** What of it comes meanwhile is up to Vert.x. */
    private void hold(HttpServerRequest request, Handler<HttpServerRequest> answerer) {
        if (paused) {
            channel.config().setAutoRead(true);
        } else {
            pause();
        }
        request.pause();
        ContextInternal context = ContextInternal.current();
        held = () -> context.emit(request, mine -> {
            answerer.handle(mine);
            mine.resume();
        });
    }

    /** When what is read of that request now had come, as far as can be known. */
    public static long arrivalNanos(HttpServerRequest request) {
        return of(request).loop.arrivalNanos();
    }

    /** The request is one for inference; others are too cheap, and too important, to stand in line for. */
    public static void infers(HttpServerRequest request) {
        of(request).stay.countRequest();
    }

    /**
     * Refuses an answer to a client that has left too many untaken already.
     *
     * @throws InferenceException Overloaded
     */
    public static void requireTaken(HttpServerRequest request) {
        if (of(request).unsent.isFull()) {
            throw new InferenceException(UNTAKEN);
        }
    }

    /** Sends the body of an answer, and ends the answer with it. */
    public static Future<Void> send(HttpServerRequest request, Buffer body) {
        FrontConnection self = of(request);
        return self.unsent.send(request, body, () -> self.answered(request));
    }

    /** Begins an answer of many messages, which {@link #endMessages} ends. */
    public static MessageSending messages(HttpServerRequest request) {
        return of(request).unsent.messages(request);
    }

    /** Ends an answer behind its last message. */
    public static void endMessages(HttpServerRequest request) {
        sendNothing(request);
    }

    /**
     * Runs that when the connection is to end as soon as its requests have; for those that end only when they are told to.
     * The answer, when it is run, forgets it.
     */
    public static Runnable whenLeaving(HttpServerRequest request, Runnable action) {
        FrontConnection self = of(request);
        self.toldWhenLeaving.add(action);
        if (self.leaving) {
            self.channel.eventLoop().execute(self::tellOfLeaving);
        }
        return () -> self.toldWhenLeaving.remove(action);
    }

    private void tellOfLeaving() {
        List.copyOf(toldWhenLeaving).forEach(Runnable::run);
    }

    /** Ends an answer that has no body. */
    public static Future<Void> sendNothing(HttpServerRequest request) {
        Future<Void> sent = request.response().end();
        of(request).answered(request);
        return sent;
    }

    /** The last byte of an answer has been handed on. */
    private void answered(HttpServerRequest request) {
        if (isHttp2(request)) {
            return; // its stream ends when it has left, or was reset
        }
        openRequests--;
        if (leaving && openRequests == 0) {
            end(request);
        }
        if (openRequests == 0) {
            standInLine();
            head.awaitRest();
        }
    }

    /** Reads no more for a while if the loop has too much to do, unless Vert.x has just stopped reading itself. */
    private void standInLine() {
        if (stay.isDue() && !ending && channel.isActive() && channel.config().isAutoRead()) {
            channel.config().setAutoRead(false);
            pause();
        }
        stay.rest();
    }

    private void pause() {
        paused = true;
        loop.all().paused();
        stay.stand();
    }

    private void goOn() {
        readOn();
        if (leaving) {
            channel.eventLoop().execute(this::endIfIdle); // once it has been read
        }
    }

    private void readOn() {
        if (paused) {
            notPaused();
            if (stream != null) {
                stream.readOn();
            } else if (held == null) {
                channel.config().setAutoRead(true);
                head.awaitRest();
            } else {
                loop.execute(held);
                held = null;
            }
        }
    }

    private void notPaused() {
        if (paused) {
            paused = false;
            loop.all().wentOn();
        }
    }

    /**
     * Whether this request asked for HTTP/2 and is still being read as HTTP/1.1. Then there is no stream to be reset that
     * would end it.
     */
    static boolean isUpgrading(HttpServerRequest request) {
        return request.connection() instanceof ConnectionBase base
                && base.channel().pipeline().get(Http1xUpgradeToH2CHandler.class) != null;
    }

    /**
     * Ends the connection behind an answer that says so. While a short body is still on its way that is left to the client,
     * who would otherwise lose the answer to what it sends.
     */
    static void end(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2 && request.isEnded()) {
            request.connection().close();
        }
    }

    /**
     * Ends the connection of HTTP/1.1 behind what has been written, whatever of that request is still to come; but gives
     * its client the time to read that.
     */
    static void endBeforeTheRest(HttpServerRequest request) {
        VertxConnection connection = (VertxConnection) request.connection();
        FrontConnection self = of(connection.channel());
        if (!self.ending) {
            self.ending = true;
            self.loop.all().endedEarly();
            self.readOn();
            self.channel.pipeline().addFirst(new LingeringClose());
            connection.flush((FutureListener<Void>) written -> self.sayNoMore());
        }
    }

    private void sayNoMore() {
        ((DuplexChannel) channel).shutdownOutput().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /**
     * Asks a client of HTTP/2 to open another connection for what it sends next; what it has sent is still answered, for
     * no stream is beyond the last one that this names.
     */
    public static void sendElsewhere(HttpServerRequest request) {
        request.connection().goAway(0, Integer.MAX_VALUE);
    }

    /** Ends the connection now if it has nothing to do, and tells a client of HTTP/2 to open no more streams. */
    void leave() {
        channel.eventLoop().execute(() -> {
            leaving = true;
            tellOfLeaving();
            if (stream != null) {
                stream.leave();
            } else if (http2 != null) {
                http2.leave();
            } else if (!paused) { // else a request waits to be read, as likely as not
                endIfIdle();
            }
        });
    }

    private void endIfIdle() {
        if (openRequests == 0 && http2 == null && !ending) {
            channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        }
    }
}

package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The sockets that one loop listens on.
 *
 * @thread one loop
 * @bound the limits of {@link HttpOptions}
 */
public final class HttpListener {

    /** A body that fits one read comes in one piece: Netty's default would cut it every 8 KiB. */
    private static final int MAX_CHUNK_BYTES = 256 << 10;

    /** Leaves time to say that a request was too late, before its connection counts as idle. */
    private static final long ANSWER_MILLIS = 5_000;

    /**
     * An HTTP/2 connection on which more streams are reset is closed. A reset costs this loop 5 to 40 microseconds, so
     * fewer need no bound; a proxy whose many clients all give up at once should not lose its connection.
     */
    private static final int MAX_RESETS = 2_000;

    private static final int RESETS_WINDOW_SECONDS = 10;

    /** The code of HTTP/2 for: nothing has been done for this request (RFC 9113, section 7). */
    private static final long REFUSED_STREAM = 7;

    private final Vertx vertx;
    private final HttpOptions options;
    private final Duration longestAnswer;
    private final List<HttpServer> servers = new ArrayList<>();

    /** @param longestAnswer how long a request may wait for its answer */
    public HttpListener(Vertx vertx, HttpOptions options, Duration longestAnswer) {
        this.vertx = vertx;
        this.options = options;
        this.longestAnswer = longestAnswer;
    }

    /**
     * Opens one.
     *
     * @param port a negative one for any that is free, the same for all loops that name the same
     * @param whenOpen hears the port
     */
    public Future<?> listen(String host, int port, Handler<HttpServerRequest> handler, IntConsumer whenOpen) {
        HttpServer server = vertx.createHttpServer(serverOptions().setHost(host).setPort(port));
        servers.add(server);
        return server.connectionHandler(this::connected)
                .requestHandler(request -> begin(request, handler))
                .invalidRequestHandler(HttpListener::refuseMalformed)
                .listen()
                .onSuccess(open -> whenOpen.accept(open.actualPort()))
                .recover(cause -> cannotListen(host, port, cause));
    }

    /** A stream for which nothing more should be made is refused before it is looked at; the client may try it again. */
    private static void begin(HttpServerRequest request, Handler<HttpServerRequest> handler) {
        if (FrontConnection.begun(request) || request.version() != HttpVersion.HTTP_2) {
            FrontConnection.inTurn(request, handler);
        } else {
            request.response().reset(REFUSED_STREAM);
        }
    }

    private void connected(HttpConnection connection) {
        FrontConnection.speaks(connection, options.maxConcurrentStreams());
    }

    private Future<HttpServer> cannotListen(String host, int port, Throwable cause) {
        String place = host + ":" + Math.max(0, port);
        return Future.failedFuture(new IOException("cannot listen on " + place + ": " + cause.getMessage(), cause));
    }

    /** Cuts what {@link Connections#drain} has left. */
    public Future<?> close() {
        return Future.all(servers.stream().map(HttpServer::close).toList());
    }

    private HttpServerOptions serverOptions() {
        return new HttpServerOptions()
                .setTcpNoDelay(true)
                .setInitialSettings(http2Settings())
                .setHttp2ConnectionWindowSize(http2Window())
                .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
                .setHttp2RstFloodWindowDuration(RESETS_WINDOW_SECONDS)
                .setMaxHeaderSize((int) options.maxHeaderSize())
                .setMaxInitialLineLength((int) options.maxInitialLine())
                .setMaxChunkSize(MAX_CHUNK_BYTES)
                .setPerFrameWebSocketCompressionSupported(false) // front.ws has its own
                .setPerMessageWebSocketCompressionSupported(false)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) idleMillis());
    }

    private Http2Settings http2Settings() {
        return new Http2Settings()
                .setMaxConcurrentStreams(options.maxConcurrentStreams())
                .setMaxHeaderListSize(options.maxHeaderSize());
    }

    /** As much as all streams may send, and one more: what those have sent that are not read holds up no other. */
    private int http2Window() {
        return (options.maxConcurrentStreams() + 1) * Http2Settings.DEFAULT_INITIAL_WINDOW_SIZE;
    }

    /** Vert.x counts a connection that waits for its answer as idle, so no request may wait that long. */
    private long idleMillis() {
        return Math.min(
                Integer.MAX_VALUE,
                Math.max(options.idleTimeout().toMillis(), longestAnswer.toMillis() + ANSWER_MILLIS));
    }

    /** What Netty could not read as HTTP at all. */
    private static void refuseMalformed(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        int status = cause instanceof TooLongHttpLineException
                ? 414
                : cause instanceof TooLongHttpHeaderException ? 431 : 400;
        JsonOutput body = Refusal.plain("malformed HTTP request: " + cause.getMessage());
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .putHeader("connection", "close")
                .end(HttpBytes.buffer(body))
                .onComplete(sent -> request.connection().close());
    }
}

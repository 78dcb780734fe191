package dev.sluice.gateway.it;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A web server with models, with ranges and entity tags. It may be away, and may stop in the middle. */
final class ModelStore implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<String> ranges = new CopyOnWriteArrayList<>();
    private final AtomicInteger silentAfter = new AtomicInteger(-1);
    private volatile boolean away;

    ModelStore() {
        server = Waiting.await(
                vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));
    }

    ModelStore with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.actualPort() + path;
    }

    /** While it is, it answers 503. */
    void isAway(boolean now) {
        away = now;
    }

    /** The next answers end after so many bytes, and their connections do not. */
    void fallsSilentAfter(int bytes) {
        silentAfter.set(bytes);
    }

    void speaksAgain() {
        silentAfter.set(-1);
    }

    /** What was asked for, in order; an empty one for a whole file. */
    CopyOnWriteArrayList<String> ranges() {
        return ranges;
    }

    private void answer(HttpServerRequest request) {
        @Nullable String range = request.getHeader("range");
        ranges.add(range == null ? "" : range);
        byte[] content = files.get(request.path());
        if (away || content == null) {
            request.response().setStatusCode(away ? 503 : 404).end();
            return;
        }
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        request.response().putHeader("etag", "\"tag\"");
        if (range != null) {
            request.response()
                    .setStatusCode(206)
                    .putHeader("content-range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        Buffer body = Buffer.buffer(content).slice(from, content.length);
        int silent = silentAfter.get();
        if (silent < 0) {
            request.response().end(body);
        } else {
            request.response().putHeader("content-length", Integer.toString(body.length()));
            request.response().write(body.slice(0, silent));
        }
    }

    @Override
    public void close() {
        Waiting.await(vertx.close());
    }
}

package dev.sluice.gateway.it;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A web server with models, with ranges and entity tags. It may be away, and may stop in the middle. */
final class ModelStore implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Map<String, String> redirects = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<String> ranges = new CopyOnWriteArrayList<>();
    private final AtomicInteger silentAfter = new AtomicInteger(-1);
    private final Queue<Silent> silent = new ConcurrentLinkedQueue<>();
    private volatile boolean away;

    ModelStore() {
        server = Waiting.await(
                vertx.createHttpServer().requestHandler(this::answer).listen(0, "127.0.0.1"));
    }

    ModelStore with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    /** Who asks for that is told to ask there. */
    ModelStore redirecting(String path, String to) {
        redirects.put(path, to);
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

    /** But not those that have fallen silent. */
    void speaksAgain() {
        silentAfter.set(-1);
    }

    /** Those that have fallen silent go on to their ends. */
    void goesOn() {
        speaksAgain();
        ended(answer -> answer.response().end(answer.rest()));
    }

    /** The connections of those that have fallen silent break. */
    void breaksOff() {
        ended(answer -> answer.response().reset());
    }

    private void ended(Consumer<Silent> end) {
        for (Silent answer = silent.poll(); answer != null; answer = silent.poll()) {
            end.accept(answer);
        }
    }

    /** An answer that has begun, and what is left of it. */
    private record Silent(HttpServerResponse response, Buffer rest) {}

    /** What was asked for, in order; an empty one for a whole file. */
    CopyOnWriteArrayList<String> ranges() {
        return ranges;
    }

    private void answer(HttpServerRequest request) {
        @Nullable String range = request.getHeader("range");
        ranges.add(range == null ? "" : range);
        @Nullable String elsewhere = redirects.get(request.path());
        if (elsewhere != null) {
            request.response()
                    .setStatusCode(302)
                    .putHeader("location", elsewhere)
                    .end();
            return;
        }
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
        int end = silentAfter.get();
        if (end < 0) {
            request.response().end(body);
        } else {
            request.response().putHeader("content-length", Integer.toString(body.length()));
            request.response().write(body.slice(0, end));
            silent.add(new Silent(request.response(), body.slice(end, body.length())));
        }
    }

    @Override
    public void close() {
        Waiting.await(vertx.close());
    }
}

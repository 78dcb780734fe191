package dev.sluice.worker.source;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.PfxOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A web server with files, ranges and entity tags, which does what is wrong with servers when it is told to. */
final class FileServer implements AutoCloseable {

    private static final int CUT_SHORT = 1;

    /** A file, and what it is said to be. */
    record Content(byte[] bytes, String tag) {}

    /** What a request asked for. */
    record Asked(
            String path,
            @Nullable String range,
            @Nullable String ifRange,
            @Nullable String authorization) {}

    private final Vertx vertx = Vertx.vertx();
    private final HttpServer server;
    private final String scheme;
    private final Map<String, Content> files = new ConcurrentHashMap<>();
    private final Map<String, Queue<Consumer<HttpServerRequest>>> faults = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();

    private FileServer(HttpServerOptions options) throws Exception {
        this.scheme = options.isSsl() ? "https" : "http";
        this.server = vertx.createHttpServer(options.setPort(0).setHost("127.0.0.1"))
                .requestHandler(this::answer)
                .listen()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    static FileServer plain() throws Exception {
        return new FileServer(new HttpServerOptions());
    }

    static FileServer secure(Path keys, String password) throws Exception {
        return new FileServer(new HttpServerOptions()
                .setSsl(true)
                .setKeyCertOptions(new PfxOptions().setPath(keys.toString()).setPassword(password)));
    }

    void put(String path, byte[] bytes, String tag) {
        files.put(path, new Content(bytes, tag));
    }

    /** The next request for that is answered so. */
    void once(String path, Consumer<HttpServerRequest> fault) {
        faults.computeIfAbsent(path, first -> new ConcurrentLinkedQueue<>()).add(fault);
    }

    /** The next answer ends after so many bytes of the file, with its connection or not at all. */
    void onceOnly(String path, int bytes, boolean cut) {
        once(path, request -> {
            Content file = Objects.requireNonNull(files.get(path));
            HttpServerResponse response = head(request, file, 0).setStatusCode(200);
            response.putHeader("content-length", Integer.toString(file.bytes.length));
            response.write(Buffer.buffer(file.bytes).slice(0, bytes)).onComplete(written -> {
                if (cut) {
                    request.connection().close();
                }
            });
        });
    }

    void onceStatus(String path, int status, String... headers) {
        once(path, request -> {
            for (int i = 0; i < headers.length; i += 2) {
                request.response().putHeader(headers[i], headers[i + 1]);
            }
            request.response().setStatusCode(status).end("<html>no</html>");
        });
    }

    List<Asked> asked() {
        return List.copyOf(asked);
    }

    int port() {
        return server.actualPort();
    }

    String url(String path) {
        return url("127.0.0.1", path);
    }

    String url(String host, String path) {
        return scheme + "://" + host + ":" + port() + path;
    }

    private void answer(HttpServerRequest request) {
        asked.add(new Asked(
                request.uri(),
                request.getHeader("range"),
                request.getHeader("if-range"),
                request.getHeader("authorization")));
        Queue<Consumer<HttpServerRequest>> due = faults.get(request.path());
        Consumer<HttpServerRequest> fault = due == null ? null : due.poll();
        if (fault != null) {
            fault.accept(request);
            return;
        }
        Content file = files.get(request.path());
        if (file == null) {
            request.response().setStatusCode(404).end();
            return;
        }
        String range = request.getHeader("range");
        String ifRange = request.getHeader("if-range");
        boolean partial = range != null && (ifRange == null || ifRange.equals(file.tag));
        int from = partial && range != null ? Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1")) : 0;
        HttpServerResponse response = head(request, file, from).setStatusCode(partial ? 206 : 200);
        response.end(Buffer.buffer(file.bytes).slice(from, file.bytes.length));
    }

    private static HttpServerResponse head(HttpServerRequest request, Content file, int from) {
        HttpServerResponse response = request.response();
        if (!file.tag.isEmpty()) {
            response.putHeader("etag", file.tag);
        }
        if (from > 0) {
            response.putHeader(
                    "content-range", "bytes " + from + "-" + (file.bytes.length - CUT_SHORT) + "/" + file.bytes.length);
        }
        return response;
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}

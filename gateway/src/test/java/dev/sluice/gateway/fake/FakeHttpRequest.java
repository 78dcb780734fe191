package dev.sluice.gateway.fake;

import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request whose head is made and whose body is sent by the test; knows only what the front's readers ask it. */
public final class FakeHttpRequest {

    public static final long NOT_RESET = -1;

    private final MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    private final MultiMap answerHeaders = MultiMap.caseInsensitiveMultiMap();
    private @Nullable Handler<Buffer> onPiece;
    private @Nullable Handler<Void> onEnd;
    private @Nullable Handler<Void> onOver;
    private @Nullable Handler<Void> onAnswer;
    private @Nullable Handler<Throwable> onFailure;
    private @Nullable SocketAddress peer;
    private boolean closed;
    private boolean paused;
    private boolean continued;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private long resetCode = NOT_RESET;

    public FakeHttpRequest header(String name, String value) {
        headers.add(name, value);
        return this;
    }

    /** The address at the other end of its connection. */
    public FakeHttpRequest from(String address) {
        peer = SocketAddress.inetSocketAddress(new InetSocketAddress(NetUtil.getByName(address), 4711));
        return this;
    }

    public FakeHttpRequest http2() {
        version = HttpVersion.HTTP_2;
        return this;
    }

    /** What a front sees of it. */
    public HttpServerRequest request() {
        return (HttpServerRequest) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {HttpServerRequest.class},
                (proxy, method, arguments) -> answer(proxy, method.getName(), arguments));
    }

    @SuppressWarnings("unchecked") // the interface says what the handlers take
    private @Nullable Object answer(Object proxy, String method, Object[] arguments) {
        return switch (method) {
            case "getHeader" -> headers.get(arguments[0].toString());
            case "headers" -> headers;
            case "remoteAddress" -> peer;
            case "handler" -> {
                onPiece = (Handler<Buffer>) arguments[0];
                yield proxy;
            }
            case "endHandler" -> {
                onEnd = (Handler<Void>) arguments[0];
                yield proxy;
            }
            case "exceptionHandler" -> {
                onFailure = (Handler<Throwable>) arguments[0];
                yield proxy;
            }
            case "pause" -> {
                paused = true;
                yield proxy;
            }
            case "resume" -> {
                paused = false;
                yield proxy;
            }
            case "version" -> version;
            case "connection" -> connection();
            case "response" -> response();
            default -> throw new AssertionError("the fake request was asked for " + method);
        };
    }

    private Object connection() {
        return Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpConnection.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("close")) {
                        throw new AssertionError("the fake connection was asked for " + method);
                    }
                    closed = true;
                    return Future.succeededFuture();
                });
    }

    @SuppressWarnings("unchecked") // the interface says what the handler takes
    private Object response() {
        return Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServerResponse.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "endHandler" -> onOver = (Handler<Void>) arguments[0];
                        case "headersEndHandler" -> onAnswer = (Handler<Void>) arguments[0];
                        case "writeContinue" -> continued = true;
                        case "headers" -> {
                            return answerHeaders;
                        }
                        case "putHeader" -> answerHeaders.set(arguments[0].toString(), arguments[1].toString());
                        case "reset" -> resetCode = (long) arguments[0];
                        default -> throw new AssertionError("the fake response was asked for " + method);
                    }
                    return method.getReturnType() == Future.class ? Future.succeededFuture() : proxy;
                });
    }

    public FakeHttpRequest send(String piece) {
        return send(Buffer.buffer(piece));
    }

    public FakeHttpRequest send(Buffer piece) {
        if (onPiece != null) {
            onPiece.handle(piece);
        }
        return this;
    }

    public void end() {
        if (onEnd != null) {
            onEnd.handle(null);
        }
    }

    /** The body goes wrong on its way. */
    public void fail(Throwable cause) {
        if (onFailure != null) {
            onFailure.handle(cause);
        }
    }

    public List<String> answerHeaders() {
        return answerHeaders.entries().stream()
                .map(header -> header.getKey() + ": " + header.getValue())
                .toList();
    }

    /** The head of the answer goes out. */
    public void answerBegins() {
        if (onAnswer != null) {
            onAnswer.handle(null);
        }
    }

    /** The request has been answered, or its connection has gone. */
    public void over() {
        if (onOver != null) {
            onOver.handle(null);
        }
    }

    /** Whether the client was told to send its body. */
    public boolean isContinued() {
        return continued;
    }

    /** Whether no more is to be sent for now. */
    public boolean isPaused() {
        return paused;
    }

    public boolean isClosed() {
        return closed;
    }

    /** The code that its stream was reset with. */
    public long resetCode() {
        return resetCode;
    }
}

package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.OptionalLong;

/**
 * Requests that come to a method of gRPC and are no calls of it: each hears what it should be, in words that its client reads.
 *
 * <p>Who says that it speaks gRPC, or one of its relatives, gets a status of gRPC in the head of the answer; everybody else an
 * error of HTTP.
 *
 * @thread stateless
 * @source gRPC over HTTP/2, "Requests" and "Responses"
 */
final class NoCall {

    static final String CONTENT_TYPE = "application/grpc";

    private static final String HOW = "gRPC is served here: POST over HTTP/2, with content-type " + CONTENT_TYPE;
    private static final String ELSEWHERE = "; over HTTP, infer with POST /v2/models/{model}/infer";

    private NoCall() {}

    /** Whether that is a call of gRPC, as far as its head says. */
    static boolean isCall(HttpServerRequest request) {
        return isGrpc(request) && !isJson(request) && request.method().equals(HttpMethod.POST);
    }

    /** Whether its content type is that of gRPC over HTTP/2. */
    static boolean isGrpc(HttpServerRequest request) {
        String type = contentType(request);
        return request.version() == HttpVersion.HTTP_2
                && type.startsWith(CONTENT_TYPE)
                && (type.length() == CONTENT_TYPE.length() || "+;".indexOf(type.charAt(CONTENT_TYPE.length())) >= 0);
    }

    private static boolean isJson(HttpServerRequest request) {
        return contentType(request).startsWith(CONTENT_TYPE + "+json");
    }

    private static String contentType(HttpServerRequest request) {
        String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return type == null ? "" : type;
    }

    static void refuse(HttpServerRequest request, LoopParts loop) {
        String type = contentType(request);
        if (!request.method().equals(HttpMethod.POST)) {
            request.response().putHeader(HttpHeaders.ALLOW, "POST");
            loop.exchanges().refuse(request, loop.bodies(), 405, HOW + ELSEWHERE);
        } else if (!type.startsWith(CONTENT_TYPE)) {
            String got = type.isEmpty() ? "none" : InferenceException.quoted(type);
            loop.exchanges().refuse(request, loop.bodies(), 415, HOW + ", and got " + got + ELSEWHERE);
        } else {
            refuse(request, loop, type, GrpcStatus.of(GrpcCode.UNIMPLEMENTED, reason(request, type)));
        }
    }

    /** Who shows no key is told that, in the same words, and nothing of what is served. */
    static void refuse(HttpServerRequest request, LoopParts loop, InferenceError stranger) {
        String type = contentType(request);
        if (request.method().equals(HttpMethod.POST) && type.startsWith(CONTENT_TYPE)) {
            refuse(request, loop, type, GrpcStatus.of(stranger, OptionalLong.empty()));
        } else {
            loop.exchanges().refuse(request, loop.bodies(), stranger);
        }
    }

    private static String reason(HttpServerRequest request, String type) {
        if (type.startsWith(CONTENT_TYPE + "-web")) {
            return "gRPC-Web is not served; " + HOW + ELSEWHERE;
        }
        return request.version() == HttpVersion.HTTP_2
                ? HOW + " and messages in protobuf, and got " + InferenceException.quoted(type)
                : HOW + ", and this came over HTTP/1.1; a proxy has to pass gRPC on as such (nginx: grpc_pass)";
    }

    /** In one frame on HTTP/2, where a head that does not end the stream is not the end of a call. */
    private static void refuse(HttpServerRequest request, LoopParts loop, String type, GrpcStatus status) {
        if (request.version() == HttpVersion.HTTP_2) {
            new GrpcStream(request, loop, type).end(status);
        } else {
            Exchanges exchanges = loop.exchanges();
            status.put(request.response().headers());
            exchanges.headersAlone(request, loop.bodies(), type);
        }
    }
}

package dev.sluice.gateway.front.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.worker.contract.InferenceException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The methods that are served, by their paths.
 *
 * @thread confined to one front loop
 */
public final class GrpcMethods {

    private final GrpcOptions options;
    private final SizeLimit messageLimit;
    private final Map<String, GrpcFront.Method> byPath = new HashMap<>();

    GrpcMethods(GrpcOptions options, SizeLimit messageLimit) {
        this.options = options;
        this.messageLimit = messageLimit;
    }

    GrpcOptions options() {
        return options;
    }

    /** Of each message of an inference. */
    SizeLimit messageLimit() {
        return messageLimit;
    }

    Map<String, GrpcFront.Method> byPath() {
        return byPath;
    }

    GrpcFront.@Nullable Method at(String path) {
        return byPath.get(path);
    }

    /**
     * Adds one that takes a small message and whose answer is there at once.
     *
     * @param answer may throw {@link InferenceException}
     */
    public <Q extends MessageLite> void add(
            String service, String method, Parser<Q> parser, Function<Q, MessageLite> answer) {
        byPath.put(path(service, method), UnaryMethod.atOnce(parser, answer));
    }

    /** Adds one that infers. */
    public void addInference(String service, String method, Supplier<UnaryCodec> codec) {
        byPath.put(path(service, method), stream -> UnaryInfer.begin(stream, messageLimit, codec.get()));
    }

    private static String path(String service, String method) {
        return "/" + service + "/" + method;
    }
}

package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;

/**
 * How a protocol over HTTP says that a request is refused, and what metrics call it.
 *
 * @thread confined to one front loop
 */
@FunctionalInterface
public interface Dialect {

    /** The Open Inference Protocol, and whatever is ours. */
    Dialect V2 = () -> Protocol.HTTP;

    Protocol protocol();

    default int status(InferenceError error) {
        return StatusMapping.httpStatus(error);
    }

    default String text(InferenceError error) {
        return error.message();
    }

    /** The whole body that says so. */
    default JsonOutput body(InferenceError error) {
        return Refusal.plain(text(error));
    }

    /** The same where no error of ours says it: that there is no such path, or method. */
    default JsonOutput body(int status, String text) {
        return Refusal.plain(text);
    }

    /** Whether it is said in plain text, without such a body. */
    default boolean isPlain(InferenceError error) {
        return false;
    }
}

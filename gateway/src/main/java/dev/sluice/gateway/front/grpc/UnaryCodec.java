package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of an inference that takes one and gives one, and its words for errors: all that tells one protocol over gRPC
 * from another. Made for one call, so that it may remember what it has read.
 *
 * @thread confined to one front loop
 */
public interface UnaryCodec {

    /** What metrics call it. */
    Protocol protocol();

    /** Who is asked, by the beginning of a message; null while that cannot be known. */
    @Nullable
    RequestedModel peek(HttpBytes beginning);

    /**
     * Who is asked, by all of it.
     *
     * @throws InferenceException InvalidRequest when it is no such message
     */
    RequestedModel asked(HttpBytes message);

    /**
     * The message as a request to that model; {@link #asked} has been asked before.
     *
     * @throws InferenceException InvalidRequest, PayloadTooLarge; what had been taken from the buffers is back there
     */
    DecodedRequest decode(HttpBytes message, ModelEndpoint endpoint, TensorBuffers buffers);

    /**
     * The answer, behind the bytes that every message of gRPC begins with.
     *
     * @throws InferenceException InvalidRequest for an output that has no form as it was asked for
     */
    List<ByteBuffer> encode(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form);

    default GrpcCode code(InferenceError error) {
        return StatusMapping.grpcCode(error);
    }

    default String text(InferenceError error) {
        return error.message();
    }
}

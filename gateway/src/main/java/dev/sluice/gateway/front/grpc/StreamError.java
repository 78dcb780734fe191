package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import dev.sluice.gateway.front.grpc.wire.ModelStreamInferResponse;
import dev.sluice.worker.contract.InferenceError;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/**
 * The answer of a stream to a request that went wrong: what a status would say of a unary call, in the message.
 *
 * @thread stateless
 * @source Triton, {@code grpc_service.proto}; the parameters are ours
 */
final class StreamError {

    /** The name of the status code. */
    static final String STATUS = "sluice_status";

    /** When to try again, in milliseconds; missing when that is no use. */
    static final String RETRY_AFTER = "sluice_retry_after_ms";

    private StreamError() {}

    /** @param id the client's own name for the request; empty where it is not known */
    static List<ByteBuffer> message(InferenceError error, OptionalLong retryMillis, String id) {
        GrpcStatus status = GrpcStatus.of(error, retryMillis);
        String code = StatusMapping.grpcCode(error).name();
        ModelInferResponse.Builder response = ModelInferResponse.newBuilder()
                .setId(id)
                .putParameters(
                        STATUS, InferParameter.newBuilder().setStringParam(code).build())
                .putParameters(
                        ResponseParameters.FINAL,
                        InferParameter.newBuilder().setBoolParam(true).build());
        if (retryMillis.isPresent()) {
            response.putParameters(
                    RETRY_AFTER,
                    InferParameter.newBuilder()
                            .setInt64Param(retryMillis.getAsLong())
                            .build());
        }
        return UnaryMethod.framed(ModelStreamInferResponse.newBuilder()
                .setErrorMessage(status.message())
                .setInferResponse(response)
                .build());
    }
}

package dev.sluice.gateway.front.tfs.grpc;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.TfsModels;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The messages of Predict.
 *
 * @thread confined to one front loop; one for each call
 * @source tensorflow/serving, predict_util.cc
 */
final class PredictCodec extends TfsCodec {

    /** Where the mistake lies that has a code of its own there. */
    private static final String SIGNATURE_FIELD = "model_spec.signature_name";

    PredictCodec(TfsModels models) {
        super(models);
    }

    @Override
    public DecodedRequest decode(HttpBytes message, ModelEndpoint endpoint, TensorBuffers buffers) {
        if (asked().asksAnotherSignature()) {
            throw InferenceException.invalid(
                    SIGNATURE_FIELD,
                    "Serving signature key " + InferenceException.quoted(asked().signature()) + " not found.");
        }
        return new PredictMessageDecoder(message, endpoint.description().signature(), buffers).decode();
    }

    @Override
    public List<ByteBuffer> encode(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        return new PredictMessageEncoder(response).encode();
    }

    @Override
    public GrpcCode code(InferenceError error) {
        return isOfSignature(error) ? GrpcCode.FAILED_PRECONDITION : super.code(error);
    }

    @Override
    public String text(InferenceError error) {
        return error instanceof InferenceError.InvalidRequest invalid && isOfSignature(error)
                ? invalid.reason()
                : super.text(error);
    }

    private static boolean isOfSignature(InferenceError error) {
        return error instanceof InferenceError.InvalidRequest invalid
                && invalid.field().equals(SIGNATURE_FIELD);
    }
}

package dev.sluice.gateway.front.tfs.grpc;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.ResultsWriter;
import dev.sluice.gateway.front.tfs.TfsModels;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Signature;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The messages of Classify and Regress: examples in, labels with scores or a number for each out. Which outputs these are is the
 * business of {@link ResultsWriter}, as over REST.
 *
 * @thread confined to one front loop; one for each call
 * @source tensorflow/serving, classifier.cc, regressor.cc
 */
final class ExamplesCodec extends TfsCodec {

    private final ResultsWriter results;

    ExamplesCodec(TfsModels models, ResultsWriter results) {
        super(models);
        this.results = results;
    }

    @Override
    public DecodedRequest decode(HttpBytes message, ModelEndpoint endpoint, TensorBuffers buffers) {
        if (asked().asksAnotherSignature()) {
            throw InferenceException.invalid(
                    "", "No signature was found with the name: " + InferenceException.shortened(asked().signature()));
        }
        Signature signature = endpoint.description().signature();
        return new ExamplesMessageDecoder(message, signature, results.outputs(signature), buffers).decode();
    }

    @Override
    public List<ByteBuffer> encode(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        ResultsMessage answer = new ResultsMessage(response, endpoint.description());
        return switch (results) {
            case CLASSIFY -> answer.classes();
            case REGRESS -> answer.numbers();
        };
    }
}

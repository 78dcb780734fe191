package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.Descriptors.FileDescriptor;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.grpc.GrpcMethods;
import dev.sluice.gateway.front.grpc.GrpcProtocol;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.tfs.ResultsWriter;
import dev.sluice.gateway.front.tfs.TfsModels;
import dev.sluice.gateway.front.tfs.grpc.wire.GetModelMetadataRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.GetModelStatusRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.MultiInferenceRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.ReloadConfigRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.Services;

/**
 * TensorFlow Serving over gRPC.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source tensorflow/serving, prediction_service.proto, model_service.proto
 */
public final class TfsProtocol implements GrpcProtocol {

    private static final String PREDICTION = "tensorflow.serving.PredictionService";
    private static final String MODEL = "tensorflow.serving.ModelService";

    @Override
    public void addTo(GrpcMethods methods, LoopParts loop) {
        ModelDirectory directory = loop.serving().parts().models();
        TfsModels models = new TfsModels(directory);
        methods.addInference(PREDICTION, "Predict", () -> new PredictCodec(models));
        methods.addInference(PREDICTION, "Classify", () -> new ExamplesCodec(models, ResultsWriter.CLASSIFY));
        methods.addInference(PREDICTION, "Regress", () -> new ExamplesCodec(models, ResultsWriter.REGRESS));
        ModelQuestions questions = new ModelQuestions(directory);
        methods.add(PREDICTION, "GetModelMetadata", GetModelMetadataRequest.parser(), questions::metadata);
        methods.add(MODEL, "GetModelStatus", GetModelStatusRequest.parser(), questions::status);
        methods.add(PREDICTION, "MultiInference", MultiInferenceRequest.parser(), asked -> {
            throw ModelQuestions.multiInference();
        });
        methods.add(MODEL, "HandleReloadConfigRequest", ReloadConfigRequest.parser(), asked -> {
            throw ModelQuestions.reload();
        });
    }

    @Override
    public Protocol protocol() {
        return Protocol.TENSORFLOW_SERVING_GRPC;
    }

    @Override
    public FileDescriptor file() {
        return Services.getDescriptor();
    }
}

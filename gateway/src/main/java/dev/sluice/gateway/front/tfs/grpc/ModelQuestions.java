package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Int64Value;
import com.google.protobuf.MessageLite;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.tfs.TfsModels;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.gateway.front.tfs.grpc.wire.Code;
import dev.sluice.gateway.front.tfs.grpc.wire.DataType;
import dev.sluice.gateway.front.tfs.grpc.wire.GetModelMetadataRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.GetModelMetadataResponse;
import dev.sluice.gateway.front.tfs.grpc.wire.GetModelStatusRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.GetModelStatusResponse;
import dev.sluice.gateway.front.tfs.grpc.wire.ModelSpec;
import dev.sluice.gateway.front.tfs.grpc.wire.ModelVersionStatus;
import dev.sluice.gateway.front.tfs.grpc.wire.SignatureDef;
import dev.sluice.gateway.front.tfs.grpc.wire.SignatureDefMap;
import dev.sluice.gateway.front.tfs.grpc.wire.StatusProto;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorInfo;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorShapeProto;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.TensorSpec;

/**
 * What is told of models over gRPC: the same as {@link TfsModels} tells over REST.
 *
 * @thread any
 * @errors UnknownModel, and for metadata ModelNotReady; Unimplemented for what would change what is served
 * @source tensorflow/serving, get_model_status_impl.cc, get_model_metadata_impl.cc
 */
final class ModelQuestions {

    private static final String SIGNATURE_DEF = "signature_def";
    private static final String METHOD = "tensorflow/serving/predict";

    private final ModelDirectory directory;
    private final TfsModels models;

    ModelQuestions(ModelDirectory directory) {
        this.directory = directory;
        this.models = new TfsModels(directory);
    }

    MessageLite status(GetModelStatusRequest asked) {
        RequestedModel model =
                AskedModel.of(asked.hasModelSpec(), asked.getModelSpec()).in(models);
        GetModelStatusResponse.Builder answer = GetModelStatusResponse.newBuilder();
        try {
            models.reports(model).forEach(report -> answer.addModelVersionStatus(status(report)));
        } catch (InferenceException refused) {
            throw worded(refused, TfsModels.noVersions(model));
        }
        return answer.build();
    }

    private static ModelVersionStatus status(ModelReport report) {
        boolean failed = report.state() == ModelState.FAILED;
        return ModelVersionStatus.newBuilder()
                .setVersion(report.model().version())
                .setState(ModelVersionStatus.State.valueOf(TfsModels.state(report.state())))
                .setStatus(StatusProto.newBuilder()
                        .setErrorCode(failed ? Code.INTERNAL : Code.OK)
                        .setErrorMessage(failed ? report.reason() : ""))
                .build();
    }

    private static InferenceException worded(InferenceException refused, String unknown) {
        return refused.error() instanceof InferenceError.UnknownModel
                ? new InferenceException(new InferenceError.UnknownModel(unknown))
                : refused;
    }

    MessageLite metadata(GetModelMetadataRequest asked) {
        AskedModel spec = AskedModel.of(asked.hasModelSpec(), asked.getModelSpec());
        if (asked.getMetadataFieldCount() == 0) {
            throw InferenceException.invalid("", "GetModelMetadataRequest must specify at least one metadata_field");
        }
        for (String field : asked.getMetadataFieldList()) {
            if (!field.equals(SIGNATURE_DEF)) {
                throw InferenceException.invalid(
                        "", "Metadata field " + InferenceException.shortened(field) + " is not supported");
            }
        }
        RequestedModel model = spec.in(models);
        try {
            return metadata(model.in(directory));
        } catch (InferenceException refused) {
            throw worded(refused, TfsModels.notFound(model));
        }
    }

    private static GetModelMetadataResponse metadata(ModelEndpoint endpoint) {
        SignatureDef.Builder signature = SignatureDef.newBuilder().setMethodName(METHOD);
        endpoint.description().signature().inputs().forEach(input -> signature.putInputs(input.name(), info(input)));
        endpoint.description()
                .signature()
                .outputs()
                .forEach(output -> signature.putOutputs(output.name(), info(output)));
        SignatureDefMap signatures = SignatureDefMap.newBuilder()
                .putSignatureDef(AskedModel.SIGNATURE, signature.build())
                .build();
        return GetModelMetadataResponse.newBuilder()
                .setModelSpec(ModelSpec.newBuilder()
                        .setName(endpoint.model().name())
                        .setVersion(Int64Value.of(endpoint.model().version())))
                .putMetadata(SIGNATURE_DEF, Any.pack(signatures))
                .build();
    }

    private static TensorInfo info(TensorSpec spec) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long size : spec.shape().dimensions()) {
            shape.addDim(TensorShapeProto.Dim.newBuilder().setSize(size));
        }
        return TensorInfo.newBuilder()
                .setName(spec.name() + ":0")
                .setDtype(DataType.forNumber(TfsType.number(spec.dataType())))
                .setTensorShape(shape)
                .build();
    }

    static InferenceException reload() {
        return unimplemented(
                "HandleReloadConfigRequest is not served: models are folders of the repository, which is looked"
                        + " at again and again, and what is served of them is said in model.yaml or with ./sluice models");
    }

    static InferenceException multiInference() {
        return unimplemented(
                "MultiInference is not served: send Classify and Regress, which share batches by themselves");
    }

    private static InferenceException unimplemented(String text) {
        return new InferenceException(new InferenceError.Unimplemented(text));
    }
}

package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.grpc.wire.DataType;
import dev.sluice.gateway.front.grpc.wire.ModelConfig;
import dev.sluice.gateway.front.grpc.wire.ModelDynamicBatching;
import dev.sluice.gateway.front.grpc.wire.ModelInput;
import dev.sluice.gateway.front.grpc.wire.ModelInstanceGroup;
import dev.sluice.gateway.front.grpc.wire.ModelOutput;
import dev.sluice.gateway.front.grpc.wire.ModelParameter;
import dev.sluice.gateway.front.grpc.wire.ModelTensorReshape;
import dev.sluice.gateway.front.grpc.wire.ModelVersionPolicy;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelReport.FixedBatching;
import dev.sluice.worker.contract.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a model is served, in Triton's words; the same as {@code .../config} of HTTP says in JSON.
 *
 * @thread stateless
 * @source Triton, {@code model_config.proto}
 */
final class ConfigMessage {

    private ConfigMessage() {}

    private static ModelInstanceGroup instances(String name, Description.Group group) {
        ModelInstanceGroup.Builder instances = ModelInstanceGroup.newBuilder()
                .setName(name)
                .setKind(ModelInstanceGroup.Kind.KIND_CPU)
                .setCount(group.instances());
        return group.gpu() == Description.NO_GPU
                ? instances.build()
                : instances
                        .setKind(ModelInstanceGroup.Kind.KIND_GPU)
                        .addGpus(group.gpu())
                        .build();
    }

    static ModelConfig of(ModelEndpoint endpoint) {
        Description description = endpoint.description();
        String name = endpoint.model().name();
        int firstAxis = description.maxBatchRows() > 0 ? 1 : 0;
        ModelConfig.Builder config = ModelConfig.newBuilder()
                .setName(name)
                .setPlatform(description.platform())
                .setBackend(description.backend())
                .setVersionPolicy(ModelVersionPolicy.newBuilder()
                        .setLatest(ModelVersionPolicy.Latest.newBuilder().setNumVersions(1)))
                .setMaxBatchSize(description.maxBatchRows());
        description.signature().inputs().forEach(spec -> config.addInput(input(spec, firstAxis)));
        description.signature().outputs().forEach(spec -> config.addOutput(output(spec, firstAxis)));
        if (!description.isPipeline()) {
            for (Description.Group group : description.groups()) {
                config.addInstanceGroup(instances(name + "_" + config.getInstanceGroupCount(), group));
            }
            if (description.maxBatchRows() > 0) {
                config.setDynamicBatching(batching(description.fixed()));
            }
        }
        if (!description.labels().isEmpty()) {
            ModelParameter.Builder labels =
                    ModelParameter.newBuilder().setStringValue(String.join("\n", description.labels()));
            config.putParameters("labels", labels.build());
        }
        return config.build();
    }

    /** Nothing in it for a model whose batches are formed by what is learnt. */
    private static ModelDynamicBatching batching(FixedBatching fixed) {
        if (fixed.equals(FixedBatching.NONE)) {
            return ModelDynamicBatching.getDefaultInstance();
        }
        return ModelDynamicBatching.newBuilder()
                .addAllPreferredBatchSize(fixed.preferredRows())
                .setMaxQueueDelayMicroseconds(TimeUnit.NANOSECONDS.toMicros(fixed.maxDelayNanos()))
                .setPreserveOrdering(fixed.preserveOrdering())
                .build();
    }

    private static ModelInput input(TensorSpec spec, int firstAxis) {
        ModelInput.Builder input = ModelInput.newBuilder()
                .setName(spec.name())
                .setDataType(type(spec))
                .setOptional(spec.optional())
                .addAllDims(dimensions(spec, firstAxis));
        if (isScalar(spec, firstAxis)) {
            input.setReshape(ModelTensorReshape.getDefaultInstance());
        }
        return input.build();
    }

    private static ModelOutput output(TensorSpec spec, int firstAxis) {
        ModelOutput.Builder output = ModelOutput.newBuilder()
                .setName(spec.name())
                .setDataType(type(spec))
                .addAllDims(dimensions(spec, firstAxis));
        if (isScalar(spec, firstAxis)) {
            output.setReshape(ModelTensorReshape.getDefaultInstance());
        }
        return output.build();
    }

    private static boolean isScalar(TensorSpec spec, int firstAxis) {
        return spec.shape().rank() <= firstAxis;
    }

    /** Triton wants at least one dimension, so a scalar is shown as one element that is reshaped. */
    private static List<Long> dimensions(TensorSpec spec, int firstAxis) {
        return isScalar(spec, firstAxis)
                ? List.of(1L)
                : Arrays.stream(spec.shape().dimensions())
                        .skip(firstAxis)
                        .boxed()
                        .toList();
    }

    private static DataType type(TensorSpec spec) {
        return spec.dataType() == dev.sluice.worker.contract.DataType.BYTES
                ? DataType.TYPE_STRING
                : DataType.valueOf("TYPE_" + spec.dataType());
    }
}

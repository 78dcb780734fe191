package dev.sluice.worker.engine.tensorflow;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.engine.ModelLoadException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorShapeProto;

/**
 * What a SavedModel takes and gives, and by which names its graph knows that.
 *
 * @param inputNodes by the name of an input, that of its tensor in the graph
 * @param outputNodes the same of outputs
 * @source TensorFlow, meta_graph.proto
 */
record SavedSignature(Signature signature, Map<String, String> inputNodes, Map<String, String> outputNodes) {

    private static final String NAME = "serving_default";

    static SavedSignature of(MetaGraphDef graph, Path modelFile) throws ModelLoadException {
        SignatureDef definition = graph.getSignatureDefMap().get(NAME);
        if (definition == null) {
            throw new ModelLoadException(
                    modelFile,
                    "it has no signature " + NAME + "; it has "
                            + graph.getSignatureDefMap().keySet());
        }
        List<TensorSpec> inputs = specs(definition.getInputsMap(), modelFile);
        List<TensorSpec> outputs = specs(definition.getOutputsMap(), modelFile);
        if (outputs.isEmpty()) {
            throw new ModelLoadException(modelFile, "its signature " + NAME + " has no output");
        }
        boolean batched = !inputs.isEmpty()
                && Stream.concat(inputs.stream(), outputs.stream())
                        .allMatch(
                                spec -> spec.shape().rank() > 0 && spec.shape().dimension(0) == Shape.VARIABLE);
        return new SavedSignature(
                new Signature(inputs, outputs, batched),
                nodes(definition.getInputsMap()),
                nodes(definition.getOutputsMap()));
    }

    private static Map<String, String> nodes(Map<String, TensorInfo> tensors) {
        Map<String, String> nodes = new HashMap<>();
        tensors.forEach((name, info) -> nodes.put(name, info.getName()));
        return Map.copyOf(nodes);
    }

    /** By name, for a map of the protocol has no order of its own. */
    private static List<TensorSpec> specs(Map<String, TensorInfo> tensors, Path modelFile) throws ModelLoadException {
        List<TensorSpec> specs = new ArrayList<>();
        for (Map.Entry<String, TensorInfo> entry : new TreeMap<>(tensors).entrySet()) {
            TensorInfo info = entry.getValue();
            DataType type = TensorFlowTypes.of(info.getDtype());
            if (type == null) {
                throw new ModelLoadException(
                        modelFile, entry.getKey() + " has a type that cannot be carried: " + info.getDtype());
            }
            if (info.getTensorShape().getUnknownRank()) {
                throw new ModelLoadException(modelFile, entry.getKey() + " has no shape, not even a rank");
            }
            specs.add(new TensorSpec(entry.getKey(), type, shape(info.getTensorShape())));
        }
        return specs;
    }

    private static Shape shape(TensorShapeProto shape) {
        return new Shape(shape.getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .toArray());
    }
}

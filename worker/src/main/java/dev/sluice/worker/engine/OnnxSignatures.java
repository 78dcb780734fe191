package dev.sluice.worker.engine;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Derives a model's signature from its session.
 *
 * @thread any; holds nothing
 * @errors ModelLoadException for an input that no request could carry, or a model without any output that one could
 */
final class OnnxSignatures {

    private OnnxSignatures() {}

    static Signature of(OrtSession session, Set<String> optional, Path modelFile)
            throws OrtException, ModelLoadException {
        Collection<NodeInfo> nodes = session.getInputInfo().values();
        List<TensorSpec> inputs = inputs(nodes, optional, modelFile);
        List<TensorSpec> outputs = outputs(session.getOutputInfo().values());
        if (outputs.isEmpty()) {
            throw new ModelLoadException(
                    modelFile, "none of its outputs is a tensor of a type that the V2 protocol knows");
        }
        return new Signature(inputs, outputs, optional.isEmpty() && isBatched(nodes, inputs, outputs));
    }

    private static List<TensorSpec> inputs(Collection<NodeInfo> nodes, Set<String> optional, Path modelFile)
            throws ModelLoadException {
        List<TensorSpec> specs = new ArrayList<>();
        for (NodeInfo node : nodes) {
            if (!(node.getInfo() instanceof TensorInfo info)) {
                throw new ModelLoadException(modelFile, "its input " + node.getName() + " is not a tensor");
            }
            DataType type = OnnxTypes.of(info);
            if (type == null) {
                throw new ModelLoadException(
                        modelFile, "its input " + node.getName() + " has a type that the V2 protocol lacks: " + info);
            }
            specs.add(new TensorSpec(
                    node.getName(),
                    type,
                    new Shape(info.getShape()),
                    optional.contains(node.getName()),
                    List.of(info.getDimensionNames())));
        }
        return specs;
    }

    /** Outputs that an answer cannot carry, such as the sequences of maps that scikit-learn makes, are left out. */
    private static List<TensorSpec> outputs(Collection<NodeInfo> nodes) {
        List<TensorSpec> specs = new ArrayList<>();
        for (NodeInfo node : nodes) {
            if (node.getInfo() instanceof TensorInfo info) {
                DataType type = OnnxTypes.of(info);
                if (type != null) {
                    specs.add(new TensorSpec(
                            node.getName(),
                            type,
                            new Shape(info.getShape()),
                            false,
                            List.of(info.getDimensionNames())));
                }
            }
        }
        return specs;
    }

    /**
     * Whether axis 0 counts rows everywhere. Two inputs that give it different names do not mean the same by it;
     * outputs' names say nothing, because some exporters give each its own. A model with optional inputs is never
     * batched: requests that leave one out and requests that send one do not fit together.
     */
    private static boolean isBatched(Collection<NodeInfo> nodes, List<TensorSpec> inputs, List<TensorSpec> outputs) {
        return !inputs.isEmpty()
                && inputs.stream().allMatch(OnnxSignatures::hasVariableRows)
                && outputs.stream().allMatch(OnnxSignatures::hasVariableRows)
                && namesOfRows(nodes) <= 1;
    }

    private static boolean hasVariableRows(TensorSpec spec) {
        return spec.shape().rank() > 0 && spec.shape().dimension(0) == Shape.VARIABLE;
    }

    private static long namesOfRows(Collection<NodeInfo> nodes) {
        return nodes.stream()
                .map(node -> ((TensorInfo) node.getInfo()).getDimensionNames()[0])
                .filter(name -> !name.isEmpty())
                .distinct()
                .count();
    }
}

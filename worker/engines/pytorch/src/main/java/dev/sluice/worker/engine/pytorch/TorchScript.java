package dev.sluice.worker.engine.pytorch;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.engine.Computation;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.EngineRunException.Reason;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One TorchScript module in libtorch.
 *
 * @thread as any {@link Computation}
 * @owns DJL's model, and every native tensor of a call until the call ends
 */
final class TorchScript implements Computation {

    private final Model owner;
    private final Signature signature;

    /** libtorch keeps the number for each thread that calls it, so each says it once before its first call. */
    private final ThreadLocal<Boolean> threadsAreSet;

    TorchScript(Model owner, Signature signature, int intraOpThreads) {
        this.owner = owner;
        this.signature = signature;
        this.threadsAreSet = ThreadLocal.withInitial(() -> {
            JniUtils.setNumThreads(intraOpThreads);
            return true;
        });
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, List<String> outputs) {
        threadsAreSet.get();
        try (NDManager call = owner.getNDManager().newSubManager()) {
            NDList given = new NDList(inputs.size());
            inputs.forEach(input -> given.add(toNative(call, input)));
            NDList answer = owner.getBlock().forward(new ParameterStore(call, false), given, false);
            return read(answer, outputs);
        } catch (InferenceException | EngineRunException known) {
            throw known;
        } catch (RuntimeException failure) {
            throw TorchErrors.ofRun(owner.getName(), failure);
        }
    }

    /** A copy: libtorch works in a direct buffer's own memory, and a module may write over what it is given. */
    private static NDArray toNative(NDManager call, Tensor input) {
        return call.create(
                        input.data().slice().order(ByteOrder.LITTLE_ENDIAN),
                        new ai.djl.ndarray.types.Shape(input.shape().dimensions()),
                        TorchTypes.of(input.dataType()))
                .duplicate();
    }

    private List<Tensor> read(NDList answer, List<String> outputs) {
        if (answer.size() != signature.outputs().size()) {
            throw unlike("it gives " + answer.size() + " outputs, and model.yaml declares " + signature.outputs());
        }
        List<Tensor> read = new ArrayList<>(outputs.size());
        for (String name : outputs) {
            read.add(toContract(answer.get(signature.outputNames().indexOf(name)), name));
        }
        return read;
    }

    private Tensor toContract(NDArray array, String name) {
        DataType type = TorchTypes.of(array.getDataType());
        Shape shape = new Shape(array.getShape().getShape());
        TensorSpec declared = signature.output(name);
        if (type == null
                || declared == null
                || type != declared.dataType()
                || !declared.shape().accepts(shape)) {
            throw unlike("its output " + name + " is " + type + shape + ", and model.yaml declares " + declared);
        }
        return new Tensor(name, type, shape, array.toByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }

    private EngineRunException unlike(String how) {
        return new EngineRunException(owner.getName() + ": " + how, new IllegalStateException(how), Reason.OTHER);
    }

    @Override
    public void close() {
        owner.close();
    }
}

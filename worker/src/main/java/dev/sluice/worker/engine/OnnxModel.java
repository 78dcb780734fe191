package dev.sluice.worker.engine;

import ai.djl.Model;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.lang.ref.Reference;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in an ONNX Runtime session.
 *
 * @thread {@link #run} from any number of threads at once; {@link #close} from any, waits for the calls that run
 * @owns DJL's model, which owns the session; and every native tensor of a call until the call ends
 */
final class OnnxModel implements LoadedModel {

    /*
     * DJL loads the native engine, names the device and owns the session's life; metadata is read through its block.
     * A call goes to the session itself, because DJL's block cannot choose outputs, leave inputs out (it demands as
     * many as the model has), or carry UINT16, UINT32, UINT64, BOOL above rank 1, strings above rank 1 and sequences
     * of maps; and it costs 2 to 3 microseconds.
     *
     * The session is thread-safe but for close. DJL frees a forgotten model in a finalizer, so a call keeps this object,
     * and with it DJL's model, reachable.
     */

    private static final Logger LOG = LoggerFactory.getLogger(OnnxModel.class);

    private final Model owner;
    private final OrtSession session;
    private final Signature signature;
    private final Map<String, Tensor> defaults;
    private final OnnxTensors tensors;
    private final List<String> labels;
    private final boolean optimizedBefore;

    private final ModelLife life = new ModelLife();

    OnnxModel(
            Model owner,
            OptimizedModels.Opened opened,
            Signature signature,
            Map<String, Tensor> defaults,
            OnnxTensors tensors) {
        this.owner = owner;
        this.session = opened.session();
        this.optimizedBefore = opened.before();
        this.signature = signature;
        this.defaults = defaults;
        this.tensors = tensors;
        this.labels = ModelLabels.in(owner.getBlock().getCustomMetadata());
    }

    @Override
    public Signature signature() {
        return signature;
    }

    @Override
    public List<String> labels() {
        return labels;
    }

    @Override
    public String platform() {
        return "onnxruntime_onnx";
    }

    @Override
    public boolean optimizedBefore() {
        return optimizedBefore;
    }

    @Override
    public ModelInstance newInstance(int maxBatchRows, long maxMemoryBytes) {
        OutputMemory memory = tensors.outputMemory(signature, maxBatchRows, maxMemoryBytes);
        try {
            return new OnnxInstance(this, memory, new RunOptions());
        } catch (OrtException e) {
            throw OnnxErrors.ofRun(owner.getName(), e);
        }
    }

    /** Runs the session for that instance, on its thread. */
    List<Tensor> run(OnnxInstance instance, List<Tensor> inputs, List<String> outputs) {
        try {
            return life.call(() -> call(instance, inputs, outputs));
        } catch (InferenceException e) {
            throw e;
        } catch (OrtException | RuntimeException e) {
            throw OnnxErrors.ofRun(owner.getName(), e);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private List<Tensor> call(OnnxInstance instance, List<Tensor> inputs, List<String> outputs) throws OrtException {
        long rows = signature.batched() ? inputs.getFirst().rows() : 1;
        try (NativeInputs feed = new NativeInputs(tensors)) {
            feed.add(inputs);
            feed.addMissing(defaults.values());
            try {
                return call(instance, feed, rows, outputs);
            } catch (OrtException e) {
                if (!OnnxErrors.isOfOutputMemory(e)) {
                    throw e;
                }
                LOG.info("{} does not keep to the shapes of its outputs: {}", owner.getName(), e.getMessage());
                instance.memory().renounce();
                return call(instance, feed, rows, outputs);
            }
        }
    }

    private List<Tensor> call(OnnxInstance instance, NativeInputs feed, long rows, List<String> outputs)
            throws OrtException {
        try (NativeOutputs into = new NativeOutputs(instance.memory(), rows)) {
            into.add(outputs);
            try (OrtSession.Result result =
                    session.run(feed.byName(), into.allocatedByEngine(), into.lent(), instance.options())) {
                return into.read(result, outputs);
            }
        }
    }

    @Override
    public void close() {
        life.end(owner.getName(), owner::close);
    }
}

package dev.sluice.worker.engine;

import ai.djl.Model;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

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
     * The session is thread-safe but for close: freeing it under a call ends the process, so calls hold the read half
     * of a lock and close takes the write half. (The finally after each call also keeps this object, and with it DJL's
     * model, reachable: DJL frees a forgotten model in a finalizer.)
     */

    private final Model owner;
    private final OrtSession session;
    private final Signature signature;
    private final Map<String, Tensor> defaults;
    private final OnnxTensors tensors;
    private final List<String> labels;

    private final ReadWriteLock life = new ReentrantReadWriteLock();
    private boolean closed;

    OnnxModel(Model owner, OrtSession session, Signature signature, Map<String, Tensor> defaults, OnnxTensors tensors) {
        this.owner = owner;
        this.session = session;
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
    public List<Tensor> run(List<Tensor> inputs, List<String> outputs) {
        Lock running = life.readLock();
        running.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the model is closed");
            }
            return call(inputs, outputs);
        } catch (InferenceException e) {
            throw e;
        } catch (OrtException | RuntimeException e) {
            throw OnnxErrors.ofRun(owner.getName(), e);
        } finally {
            running.unlock();
        }
    }

    private List<Tensor> call(List<Tensor> inputs, List<String> outputs) throws OrtException {
        try (NativeInputs feed = new NativeInputs(tensors)) {
            feed.add(inputs);
            feed.addMissing(defaults.values());
            try (OrtSession.Result result = session.run(feed.byName(), new LinkedHashSet<>(outputs))) {
                return read(result, outputs);
            }
        }
    }

    private static List<Tensor> read(OrtSession.Result result, List<String> outputs) throws OrtException {
        List<Tensor> read = new ArrayList<>(outputs.size());
        for (String name : outputs) {
            read.add(OnnxTensors.toContract(name, result.get(name).orElseThrow()));
        }
        return read;
    }

    @Override
    public void close() {
        Lock alone = life.writeLock();
        alone.lock();
        try {
            if (!closed) {
                closed = true;
                owner.close();
            }
        } finally {
            alone.unlock();
        }
    }
}

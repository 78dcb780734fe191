package dev.sluice.worker.engine;

import ai.djl.Model;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
     * The session is thread-safe but for close: freeing it under a call ends the process, so calls hold the read half
     * of a lock and close takes the write half. (The finally after each call also keeps this object, and with it DJL's
     * model, reachable: DJL frees a forgotten model in a finalizer.)
     */

    private static final Logger LOG = LoggerFactory.getLogger(OnnxModel.class);
    private static final long CLOSE_PATIENCE_SECONDS = 1;

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
        Lock running = life.readLock();
        running.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the model is closed");
            }
            return call(instance, inputs, outputs);
        } catch (InferenceException e) {
            throw e;
        } catch (OrtException | RuntimeException e) {
            throw OnnxErrors.ofRun(owner.getName(), e);
        } finally {
            running.unlock();
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
        Lock alone = life.writeLock();
        if (!becomesFree(alone)) {
            LOG.error("{} is not closed: a call that was ended does not return", owner.getName());
            return;
        }
        try {
            if (!closed) {
                closed = true;
                owner.close();
            }
        } finally {
            alone.unlock();
        }
    }

    private static boolean becomesFree(Lock lock) {
        try {
            return lock.tryLock(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

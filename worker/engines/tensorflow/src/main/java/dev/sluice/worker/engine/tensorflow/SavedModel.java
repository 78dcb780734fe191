package dev.sluice.worker.engine.tensorflow;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.engine.ByteStrings;
import dev.sluice.worker.engine.Computation;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.EngineRunException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFInvalidArgumentException;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArray;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TString;
import org.tensorflow.types.family.TType;

/**
 * One SavedModel in a TensorFlow session.
 *
 * @thread as any {@link Computation}
 * @owns the session, and every native tensor of a call until the call ends
 */
final class SavedModel implements Computation {

    private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\n\\s*");

    private final SavedModelBundle bundle;
    private final SavedSignature signature;

    SavedModel(SavedModelBundle bundle, SavedSignature signature) {
        this.bundle = bundle;
        this.signature = signature;
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs, List<String> outputs) {
        List<TType> given = new ArrayList<>(inputs.size());
        try {
            Session.Runner call = bundle.session().runner();
            for (Tensor input : inputs) {
                TType tensor = toNative(input);
                given.add(tensor);
                call.feed(node(signature.inputNodes().get(input.name())), tensor);
            }
            outputs.forEach(name -> call.fetch(node(signature.outputNodes().get(name))));
            try (Result answer = call.run()) {
                List<Tensor> read = new ArrayList<>(outputs.size());
                for (int i = 0; i < outputs.size(); i++) {
                    read.add(toContract(outputs.get(i), answer.get(i)));
                }
                return read;
            }
        } catch (TFInvalidArgumentException misfit) {
            throw InferenceException.invalid("inputs", readable(misfit));
        } catch (TensorFlowException failure) {
            Reason reason = failure instanceof TFResourceExhaustedException ? Reason.OUT_OF_MEMORY : Reason.OTHER;
            throw new EngineRunException("TensorFlow failed to run it: " + readable(failure), failure, reason);
        } finally {
            given.forEach(TType::close);
        }
    }

    private static String node(@org.jspecify.annotations.Nullable String name) {
        return Objects.requireNonNull(name, "not of its signature");
    }

    /** A copy, in TensorFlow's own memory. */
    private static TType toNative(Tensor input) {
        org.tensorflow.ndarray.Shape shape =
                org.tensorflow.ndarray.Shape.of(input.shape().dimensions());
        if (input.dataType() == DataType.BYTES) {
            byte[][] elements = ByteStrings.split(input).toArray(byte[][]::new);
            return TString.tensorOfBytes(shape, DataBuffers.ofObjects(elements));
        }
        ByteBuffer data = input.data().slice();
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        return org.tensorflow.Tensor.of(TensorFlowTypes.of(input.dataType()), shape, DataBuffers.of(bytes));
    }

    private static Tensor toContract(String name, org.tensorflow.Tensor tensor) {
        DataType type = TensorFlowTypes.of(tensor.dataType());
        if (type == null) {
            throw new IllegalStateException("output " + name + " has a type that V2 lacks: " + tensor.dataType());
        }
        Shape shape = new Shape(tensor.shape().asArray());
        if (tensor instanceof TString text) {
            List<byte[]> elements = new ArrayList<>();
            text.asBytes().scalars().forEach((NdArray<byte[]> element) -> elements.add(element.getObject()));
            return new Tensor(name, type, shape, ByteStrings.join(elements));
        }
        byte[] bytes = new byte[Math.toIntExact(tensor.numBytes())];
        tensor.asRawTensor().data().read(bytes);
        return new Tensor(name, type, shape, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    static String readable(Exception error) {
        return LINE_BREAK.matcher(String.valueOf(error.getMessage()).strip()).replaceAll("; ");
    }

    @Override
    public void close() {
        bundle.close();
    }
}

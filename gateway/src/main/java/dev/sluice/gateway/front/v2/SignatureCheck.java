package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a request names to the model's signature; the same, and in the same words, for every form that a request
 * may come in.
 *
 * @thread stateless
 * @errors InvalidRequest that names the place, and what the model has there
 * @source Open Inference Protocol, inference request
 */
public final class SignatureCheck {

    /** Dimensions of a shape. */
    public static final int MAX_RANK = 32;

    private static final int MAX_ROWS = 1 << 20;

    /** Rows cost the engine its runs even where they hold no elements, and then no limit of bytes is in the way. */
    private static final int MAX_EMPTY_ROWS = 1024;

    private static final List<DataType> DATA_TYPES = List.of(DataType.values());

    private SignatureCheck() {}

    /** The type of that name. */
    public static DataType dataType(String field, String name) {
        for (DataType each : DATA_TYPES) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw InferenceException.invalid(
                field, "unknown datatype " + InferenceException.quoted(name) + "; known are " + DATA_TYPES);
    }

    /** Whether the model has such an input. */
    public static void input(String field, String name, DataType dataType, Shape shape, Signature signature) {
        int place = signature.indexOfInput(name);
        if (place < 0) {
            List<String> names =
                    signature.inputs().stream().map(TensorSpec::name).toList();
            throw InferenceException.invalid(
                    field + ".name",
                    "the model has no input " + InferenceException.quoted(name) + "; its inputs are " + names);
        }
        TensorSpec spec = signature.inputs().get(place);
        if (spec.dataType() != dataType) {
            throw InferenceException.invalid(
                    field + ".datatype", "input \"" + name + "\" expects " + spec.dataType() + " and got " + dataType);
        }
        if (!spec.shape().accepts(shape)) {
            throw InferenceException.invalid(
                    field + ".shape",
                    "input \"" + name + "\" expects " + spec.shape() + " (-1 is any) and got " + shape);
        }
    }

    /** Whether the model has an output of that name, and the request has not asked for it before. */
    public static void output(String field, String name, List<WantedOutput> wanted, Signature signature) {
        if (signature.output(name) == null) {
            throw InferenceException.invalid(
                    field + ".name",
                    "the model has no output " + InferenceException.quoted(name) + "; its outputs are "
                            + signature.outputNames());
        }
        if (wanted.stream().anyMatch(output -> output.name().equals(name))) {
            throw InferenceException.invalid(field + ".name", "output \"" + name + "\" is given twice");
        }
    }

    /** The inputs in the order of the signature: each once, and all that must be there. */
    public static List<Tensor> inOrder(List<Tensor> inputs, Signature signature) {
        @Nullable Tensor[] byPlace = new @Nullable Tensor[signature.inputs().size()];
        for (Tensor input : inputs) {
            int place = signature.indexOfInput(input.name());
            if (byPlace[place] != null) {
                throw InferenceException.invalid("inputs", "input \"" + input.name() + "\" is given twice");
            }
            byPlace[place] = input;
        }
        List<Tensor> ordered = new ArrayList<>(byPlace.length);
        for (int place = 0; place < byPlace.length; place++) {
            TensorSpec spec = signature.inputs().get(place);
            Tensor input = byPlace[place];
            if (input != null) {
                ordered.add(input);
            } else if (!spec.optional()) {
                throw InferenceException.invalid("inputs", "input \"" + spec.name() + "\" is missing");
            }
        }
        return ordered;
    }

    /** How many rows the inputs have, all alike; 1 where the model knows no rows. */
    public static int rows(List<Tensor> inputs, Signature signature) {
        if (!signature.batched() || inputs.isEmpty()) {
            return 1;
        }
        long rows = inputs.getFirst().rows();
        for (Tensor input : inputs) {
            if (input.rows() != rows) {
                throw InferenceException.invalid(
                        "inputs",
                        "axis 0 counts rows and must agree: \""
                                + inputs.getFirst().name() + "\" has " + rows + " and \"" + input.name() + "\" has "
                                + input.rows());
            }
        }
        boolean empty = inputs.stream().allMatch(input -> input.byteCount() == 0);
        requireRows(rows, empty);
        return (int) rows;
    }

    /**
     * Whether one request may have as many.
     *
     * @param empty whether there are no elements in them
     */
    public static void requireRows(long rows, boolean empty) {
        int most = empty ? MAX_EMPTY_ROWS : MAX_ROWS;
        if (rows > most) {
            throw InferenceException.invalid(
                    "inputs",
                    rows + " rows " + (empty ? "without elements " : "") + "are more than the " + most
                            + " of one request");
        }
    }
}

package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.Base64Object;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.GrowingTensor;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code :predict} in one pass: {@code instances}, which are rows, or {@code inputs}, which are whole
 * tensors.
 *
 * @thread confined to one front loop; one use
 * @shape rows have one form each input, and become a tensor with the number of rows before it; for {@code [N,1]}
 *     they may be scalars
 * @errors InvalidRequest in the words of TensorFlow Serving, with the place behind them
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source TensorFlow Serving, RESTful API; tensorflow/serving, json_tensor.cc
 */
public final class PredictDecoder {

    private static final int NO_ROW = -1;
    private static final String UNNAMED = "";

    private final HttpBytes body;
    private final JsonCursor cursor;
    private final Signature signature;
    private final TensorBuffers buffers;
    private final Set<String> stands;
    private final List<GrowingTensor> tensors = new ArrayList<>();
    private final SignatureName signatureName = new SignatureName();
    private boolean rows;
    private boolean bareCells;
    private boolean instancesSeen;
    private boolean inputsSeen;

    public PredictDecoder(HttpBytes body, Signature signature, TensorBuffers buffers) {
        this(body, signature, buffers, Set.of());
    }

    /** @param stands names by which a row may call the input of a model that has one */
    public PredictDecoder(HttpBytes body, Signature signature, TensorBuffers buffers, Set<String> stands) {
        this(body, cursor(body), signature, buffers, stands);
    }

    /** Where the elements are the cells of a table: {@link JsonCursor#ofCells}. */
    public static PredictDecoder ofCells(HttpBytes body, Signature signature, TensorBuffers buffers) {
        JsonCursor cells = JsonCursor.ofCells(body.array(), body.from(), body.to());
        return new PredictDecoder(body, cells, signature, buffers, Set.of());
    }

    private PredictDecoder(
            HttpBytes body, JsonCursor cursor, Signature signature, TensorBuffers buffers, Set<String> stands) {
        this.body = body;
        this.cursor = cursor;
        this.signature = signature;
        this.buffers = buffers;
        this.stands = stands;
    }

    /** NaN and infinities stand bare, as that server has them. */
    static JsonCursor cursor(HttpBytes body) {
        return new JsonCursor(body.array(), body.from(), body.to(), true);
    }

    /** Whether the answer is to come by rows, known when it has been decoded. */
    public boolean isByRows() {
        return rows;
    }

    /** Whether columns came as those of a table do, an element of each alone in a row; known when it has been decoded. */
    public boolean hasBareCells() {
        return bareCells;
    }

    public DecodedRequest decode() {
        buffers.besideBody(body.length());
        try {
            Refusals.requireJsonTypes(signature);
            signature.inputs().forEach(spec -> tensors.add(new GrowingTensor(cursor, buffers, spec)));
            readBody();
            if (!instancesSeen && !inputsSeen) {
                throw Refusals.invalid("Missing 'inputs' or 'instances' key");
            }
            List<Tensor> inputs = inputs();
            return DecodedRequest.plain(inputs, signature.outputNames(), signature);
        } catch (BadJson bad) {
            tensors.forEach(GrowingTensor::giveBack);
            throw Refusals.parseError(bad);
        } catch (InferenceException wrong) {
            tensors.forEach(GrowingTensor::giveBack);
            throw wrong;
        }
    }

    /** What stands behind the object is nobody's business, as in that server. */
    private void readBody() {
        Refusals.requireObject(cursor, body, "'instances' or 'inputs'");
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                readMember(cursor.readName());
            } while (cursor.readCommaOr('}'));
        }
    }

    private void readMember(String member) {
        switch (member) {
            case "signature_name" -> signatureName.require(cursor, body);
            case "instances" -> {
                refuseSecond(instancesSeen, inputsSeen, member);
                instancesSeen = true;
                rows = true;
                readInstances();
            }
            case "inputs" -> {
                refuseSecond(inputsSeen, instancesSeen, member);
                inputsSeen = true;
                readInputs();
            }
            default -> cursor.skipValue();
        }
    }

    private void refuseSecond(boolean seen, boolean other, String member) {
        if (other) {
            throw refusal("Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist");
        }
        Refusals.requireFirst(!seen, member, body);
    }

    /** A text that is no JSON is refused for that alone, whatever else is wrong with it. */
    private InferenceException refusal(String text) {
        Refusals.requireSyntax(body);
        return Refusals.invalid(text);
    }

    private void readInstances() {
        if (cursor.peek() != '[') {
            throw refusal("Excepting 'instances' to be an list/array");
        }
        cursor.read('[');
        if (cursor.tryRead(']')) {
            throw refusal("No values in 'instances' array");
        }
        boolean named = isNamed();
        @Nullable
        GrowingTensor only = named ? null : onlyTensor("instances is a plain list, but expecting list of objects");
        int row = 0;
        do {
            if (isNamed() != named) {
                throw refusal("Expecting " + (named ? "object but got list" : "value/list but got object") + " at item "
                        + row + " of input list");
            }
            if (only == null) {
                readNamed(row);
            } else {
                readValue(only, row, UNNAMED);
            }
            row++;
        } while (cursor.readCommaOr(']'));
    }

    /** Whether an object of names stands here, and not bytes. */
    private boolean isNamed() {
        return cursor.peek() == '{' && !Base64Object.isNext(cursor);
    }

    /** The one input that a value without a name can be meant for. */
    private GrowingTensor onlyTensor(String otherwise) {
        @Nullable GrowingTensor found = null;
        for (GrowingTensor tensor : tensors) {
            if (tensors.size() > 1 && tensor.spec().optional()) {
                continue;
            }
            if (found != null) {
                throw refusal(otherwise + " as multiple input tensors required as per tensorinfo_map");
            }
            found = tensor;
        }
        if (found == null) {
            throw refusal(otherwise + ", since all inputs are optional");
        }
        return found;
    }

    private void readNamed(int row) {
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                readKey(row, cursor.readName());
            } while (cursor.readCommaOr('}'));
        }
        for (GrowingTensor tensor : tensors) {
            boolean leftOut = tensor.spec().optional() && tensor.values() == 0;
            if (tensor.values() != row + 1 && !leftOut) {
                throw refusal(
                        "Failed to process element: " + row + " of 'instances' list. JSON object: keys must be equal"
                                + " to: " + String.join(",", names()));
            }
        }
    }

    private void readKey(int row, String key) {
        int place = signature.indexOfInput(key);
        if (place < 0 && tensors.size() == 1 && stands.contains(key)) {
            place = 0;
        }
        if (place < 0) {
            throw refusal(
                    element(row, key) + "JSON object: does not have named input: " + InferenceException.shortened(key));
        }
        readValue(tensors.get(place), row, key);
    }

    private List<String> names() {
        return tensors.stream().map(tensor -> tensor.spec().name()).sorted().toList();
    }

    private void readInputs() {
        if (!isNamed()) {
            readValue(onlyTensor("inputs is a plain value/list, but expecting an object"), NO_ROW, UNNAMED);
            return;
        }
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                readInput(cursor.readName());
            } while (cursor.readCommaOr('}'));
        }
        for (GrowingTensor tensor : tensors) {
            if (tensor.values() == 0 && !tensor.spec().optional()) {
                throw refusal("Missing named input: " + tensor.spec().name() + " in 'inputs' object.");
            }
        }
    }

    private void readInput(String name) {
        int place = signature.indexOfInput(name);
        if (place < 0) {
            cursor.skipValue();
            return;
        }
        if (tensors.get(place).values() > 0) {
            throw refusal("The input " + name + " is given twice");
        }
        readValue(tensors.get(place), NO_ROW, name);
    }

    /** A value that cannot be read is looked at again, to say what is wrong with it; until then nothing is said. */
    private void readValue(GrowingTensor tensor, int row, String key) {
        cursor.peek();
        int start = cursor.position();
        try {
            tensor.read();
        } catch (BadJson misfit) {
            Refusals.requireSyntax(body);
            cursor.goTo(start);
            String member = row == NO_ROW ? "inputs" : "instances[" + row + "]";
            String place = key.isEmpty() ? member : member + "." + key;
            throw Refusals.invalid(element(row, key) + new Misfit(cursor, tensor).why(misfit.reason(), place));
        }
    }

    /** How that server begins to speak of a value among rows; of others it says only what is wrong. */
    private static String element(int row, String key) {
        if (row == NO_ROW) {
            return "";
        }
        String which = key.isEmpty() ? Integer.toString(row) : row + " key: " + InferenceException.shortened(key);
        return "Failed to process element: " + which + " of 'instances' list. Error: INVALID_ARGUMENT: ";
    }

    private List<Tensor> inputs() {
        List<Tensor> inputs = new ArrayList<>(tensors.size());
        for (GrowingTensor tensor : tensors) {
            if (tensor.values() > 0) {
                Tensor read = inColumn(tensor.spec(), rows ? tensor.rows() : tensor.value());
                if (!tensor.spec().shape().accepts(read.shape())) {
                    throw Refusals.invalid("input \"" + read.name() + "\" expects "
                            + tensor.spec().shape() + " (-1 is any) and got " + read.shape());
                }
                inputs.add(read);
            }
        }
        return inputs;
    }

    /** Elements of an input {@code [N,1]} may stand without the list that each is alone in, and a single one without any. */
    private Tensor inColumn(TensorSpec spec, Tensor read) {
        Shape shape = read.shape();
        boolean column = spec.shape().rank() == 2 && spec.shape().dimension(1) == 1;
        if (!column || shape.rank() > 1) {
            return read;
        }
        bareCells = true;
        return new Tensor(read.name(), read.dataType(), new Shape(shape.elementCount(), 1), read.data());
    }
}

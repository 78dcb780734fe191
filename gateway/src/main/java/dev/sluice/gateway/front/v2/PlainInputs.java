package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads numbers as people write them, in one pass and straight into the tensors' memory: {@code {"data": [1, 2]}} for
 * the only input, {@code {"data": {"x": [1], "y": [2]}}} by name, and the same without what is around it for clients
 * that send it so.
 *
 * @thread confined to one front loop; one use
 * @shape a value is the whole input, or one row of it, nested as that is or flat
 * @errors InvalidRequest, with the place
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 */
public final class PlainInputs {

    private static final int MOST_NAME_BYTES = 64 << 10;

    private final RequestBody body;
    private final JsonCursor cursor;
    private final Form form;
    private final Signature signature;
    private final List<String> outputs;
    private final TensorBuffers buffers;
    private final List<GrowingTensor> tensors = new ArrayList<>();
    private String place = "body";
    private boolean any;
    private boolean oneRow = true;

    /**
     * Where the inputs stand in a body.
     *
     * @param wrappers names of the member that holds them
     * @param bare whether they may also come without it: a value alone, or inputs by name
     * @param json whether it has more numbers than JSON has
     */
    public record Form(Set<String> wrappers, boolean bare, JsonOptions json) {

        public Form {
            wrappers = Set.copyOf(wrappers);
        }

        private JsonCursor cursor(RequestBody body) {
            return new JsonCursor(body.array(), body.from(), body.jsonEnd(), json.nanAndInfinity());
        }

        /** Whether a body is of this form, as far as its beginning shows. */
        public boolean fits(RequestBody body) {
            JsonCursor cursor = cursor(body);
            try {
                if (cursor.peek() != '{') {
                    return bare && cursor.peek() == '[' && isNumber(cursor);
                }
                cursor.read('{');
                boolean wraps = wrappers.stream().anyMatch(wrapper -> isNext(wrapper, cursor));
                return wraps && (cursor.peek() == '{' || isNumber(cursor));
            } catch (BadJson none) {
                return false;
            }
        }

        /** Whether that is the name of a body's first member. */
        public boolean beginsWith(String member, RequestBody body) {
            JsonCursor cursor = cursor(body);
            try {
                return cursor.tryRead('{') && isNext(member, cursor);
            } catch (BadJson none) {
                return false;
            }
        }

        /** Makes no text of what stands here, which may be as long as a body; reads it if it is that name. */
        private static boolean isNext(String name, JsonCursor cursor) {
            return cursor.tryReadName(name.getBytes(StandardCharsets.UTF_8));
        }

        /** Whether what stands here, or the first thing in the lists that do, is one. */
        private static boolean isNumber(JsonCursor cursor) {
            for (int level = 0; level < SignatureCheck.MAX_RANK && cursor.peek() == '['; level++) {
                cursor.read('[');
            }
            return cursor.peek() != '"' && cursor.peek() != '{';
        }
    }

    public PlainInputs(RequestBody body, Form form, Description model, TensorBuffers buffers) {
        this.body = body;
        this.cursor = form.cursor(body);
        this.form = form;
        this.signature = model.signature();
        this.outputs = model.transform().outputs(signature);
        this.buffers = buffers;
    }

    /** Whether each input is a row, without an axis for rows; known when it has been decoded. */
    public boolean isOneRow() {
        return oneRow;
    }

    /** What the body says. */
    public DecodedRequest decode() {
        buffers.besideBody(body.jsonEnd() - body.from());
        try {
            signature.inputs().forEach(spec -> tensors.add(new GrowingTensor(cursor, buffers, spec)));
            if (body.jsonEnd() == body.from()) {
                throw InferenceException.invalid("body", "is empty; expected numbers");
            }
            if (form.bare && cursor.peek() != '{') {
                readValue(onlyTensor());
            } else {
                readMembers();
            }
            cursor.readEnd();
            List<Tensor> inputs = inputs();
            return DecodedRequest.plain(inputs, outputs, signature);
        } catch (BadJson bad) {
            tensors.forEach(GrowingTensor::giveBack);
            throw InferenceException.invalid(place, bad.reason());
        } catch (InferenceException wrong) {
            tensors.forEach(GrowingTensor::giveBack);
            throw wrong;
        }
    }

    private void readMembers() {
        if (cursor.peek() == '[') { // as people send it who know another server
            throw InferenceException.invalid(
                    place, "is a list; expected {\"" + new TreeSet<>(form.wrappers).first() + "\": [...]}");
        }
        cursor.read('{');
        if (cursor.tryRead('}')) {
            return;
        }
        do {
            String name = cursor.readName(MOST_NAME_BYTES);
            int input = form.bare ? signature.indexOfInput(name) : -1;
            place = InferenceException.shortened(name);
            boolean wraps = form.wrappers.contains(name) && (input < 0 || cursor.peek() == '{');
            if (wraps && cursor.peek() == '{') {
                readInputs(place + ".");
            } else if (wraps) {
                readValue(onlyTensor());
            } else if (input >= 0) {
                readValue(tensors.get(input));
            } else {
                throw InferenceException.invalid(place, "unknown; known are " + known());
            }
        } while (cursor.readCommaOr('}'));
        place = "body";
    }

    private Set<String> known() {
        Set<String> known = new TreeSet<>(form.wrappers);
        if (form.bare) {
            known.addAll(names());
        }
        return known;
    }

    private void readInputs(String path) {
        cursor.read('{');
        if (cursor.tryRead('}')) {
            return;
        }
        do {
            String name = cursor.readName(MOST_NAME_BYTES);
            int input = signature.indexOfInput(name);
            place = path + InferenceException.shortened(name);
            if (input < 0) {
                throw InferenceException.invalid(place, "the model has no such input; its inputs are " + names());
            }
            readValue(tensors.get(input));
        } while (cursor.readCommaOr('}'));
    }

    private List<String> names() {
        return signature.inputs().stream().map(TensorSpec::name).toList();
    }

    /** The one that a value without a name is meant for. */
    private GrowingTensor onlyTensor() {
        @Nullable GrowingTensor found = null;
        for (GrowingTensor tensor : tensors) {
            if (tensors.size() > 1 && tensor.spec().optional()) {
                continue;
            }
            if (found != null) {
                throw InferenceException.invalid(
                        place, "the model has several inputs; expected an object with " + names());
            }
            found = tensor;
        }
        if (found == null) {
            throw InferenceException.invalid(
                    place, "all inputs are optional; expected an object with some of " + names());
        }
        return found;
    }

    private void readValue(GrowingTensor tensor) {
        if (tensor.values() > 0) {
            throw InferenceException.invalid(place, "input \"" + tensor.spec().name() + "\" is given twice");
        }
        try {
            tensor.read();
        } catch (BadJson bad) {
            place += tensor.place();
            throw bad;
        }
        any = true;
    }

    private List<Tensor> inputs() {
        if (!any) {
            throw InferenceException.invalid("body", "holds no numbers; expected " + known());
        }
        List<Tensor> inputs = new ArrayList<>(tensors.size());
        for (GrowingTensor tensor : tensors) {
            if (tensor.values() > 0) {
                inputs.add(tensor.tensor(shape(tensor)));
            } else if (!tensor.spec().optional()) {
                throw InferenceException.invalid(
                        "body", "input \"" + tensor.spec().name() + "\" is missing");
            }
        }
        return inputs;
    }

    private Shape shape(GrowingTensor tensor) {
        Shape given = tensor.form();
        Shape wanted = tensor.spec().shape();
        if (wanted.accepts(given)) {
            oneRow = false;
            return given;
        }
        if (wanted.rank() > 0 && (wanted.dimension(0) == Shape.VARIABLE || wanted.dimension(0) == 1)) {
            Shape row = wanted.withRows(1);
            Shape asRow = asRow(given);
            if (row.accepts(asRow)) {
                return asRow;
            }
            if (given.rank() == 1 && row.isFixed() && row.elementCount() == given.dimension(0)) {
                return row;
            }
        }
        throw InferenceException.invalid(
                tensor.spec().name(), "expected " + wanted + " (-1 is any), or one row of it, and got " + given);
    }

    private static Shape asRow(Shape form) {
        long[] dimensions = new long[form.rank() + 1];
        dimensions[0] = 1;
        System.arraycopy(form.dimensions(), 0, dimensions, 1, form.rank());
        return new Shape(dimensions);
    }
}

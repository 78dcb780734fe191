package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON body of {@code POST .../infer} in one pass, numbers straight into tensor memory.
 *
 * @thread confined to one front loop; one use
 * @bound one direct buffer for each input, never larger than a small multiple of the body
 * @errors InvalidRequest that names the member, the input and the element at fault
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source Open Inference Protocol, inference request JSON object
 */
public final class InferRequestDecoder {

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

    /** Rows cost an answer even where they hold no elements, and then no limit of bytes is in the way. */
    private static final int MAX_ROWS = 1 << 20;

    private final JsonCursor cursor;
    private final Signature signature;
    private final TensorBuffers buffers;

    private @Nullable String id;
    private @Nullable List<Tensor> inputs;
    private @Nullable List<String> outputs;
    private @Nullable Duration timeout;
    private boolean parametersSeen;

    /** To read {@code bytes} from {@code from} up to {@code to}, a request to a model of that signature. */
    public InferRequestDecoder(byte[] bytes, int from, int to, Signature signature, TensorBuffers buffers) {
        this.cursor = new JsonCursor(bytes, from, to);
        this.signature = signature;
        this.buffers = buffers;
    }

    public DecodedRequest decode() {
        try {
            readBody();
            List<Tensor> ordered = inSignatureOrder();
            return new DecodedRequest(id, ordered, wantedOutputs(), rows(ordered), timeout);
        } catch (BadJson bad) {
            giveBackInputs();
            throw InferenceException.invalid("body", bad.reason());
        } catch (InferenceException wrong) {
            giveBackInputs();
            throw wrong;
        }
    }

    private void giveBackInputs() {
        if (inputs != null) {
            inputs.forEach(input -> buffers.giveBack(input.data()));
        }
    }

    private void readBody() {
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                readMember(cursor.readName());
            } while (cursor.readCommaOr('}'));
        }
        cursor.readEnd();
    }

    private void readMember(String member) {
        try {
            switch (member) {
                case "id" -> readId();
                case "inputs" -> readInputs();
                case "outputs" -> readOutputs();
                case "parameters" -> readParameters();
                default -> cursor.skipValue();
            }
        } catch (BadJson bad) {
            throw InferenceException.invalid(member, bad.reason());
        }
    }

    /** Optional members may be null, which is how many libraries write that there is nothing. */
    private boolean isNull() {
        if (cursor.peek() != 'n') {
            return false;
        }
        cursor.readNull();
        return true;
    }

    private void readId() {
        refuseSecond(id != null, "id");
        if (isNull()) {
            return;
        }
        id = JsonStrings.readString(cursor);
    }

    private void readInputs() {
        refuseSecond(inputs != null, "inputs");
        List<Tensor> list = new ArrayList<>(signature.inputs().size());
        inputs = list;
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return;
        }
        do {
            if (list.size() == signature.inputs().size()) {
                throw InferenceException.invalid("inputs", "more than the " + list.size() + " that the model has");
            }
            list.add(new InputDecoder(cursor, buffers, signature, list.size()).decode());
        } while (cursor.readCommaOr(']'));
    }

    private void readOutputs() {
        refuseSecond(outputs != null, "outputs");
        if (isNull()) {
            return;
        }
        List<String> names = new ArrayList<>();
        outputs = names;
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return;
        }
        do {
            names.add(readOutputName("outputs[" + names.size() + "]"));
        } while (cursor.readCommaOr(']'));
    }

    private String readOutputName(String field) {
        String name = null;
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                if (cursor.readName().equals("name")) {
                    name = JsonStrings.readString(cursor);
                } else {
                    cursor.skipValue();
                }
            } while (cursor.readCommaOr('}'));
        }
        if (name == null) {
            throw InferenceException.invalid(field, "the member \"name\" is missing");
        }
        return name;
    }

    private void readParameters() {
        refuseSecond(parametersSeen, "parameters");
        parametersSeen = true;
        if (isNull()) {
            return;
        }
        cursor.read('{');
        if (cursor.tryRead('}')) {
            return;
        }
        do {
            if (cursor.readName().equals("timeout")) {
                timeout = readTimeout();
            } else {
                cursor.skipValue();
            }
        } while (cursor.readCommaOr('}'));
    }

    private @Nullable Duration readTimeout() {
        try {
            long longest = LONGEST_TIMEOUT.toNanos() / 1000;
            long micros = JsonIntegers.read(cursor, 0, longest);
            return micros == 0 ? null : Duration.of(micros, ChronoUnit.MICROS); // 0 is how Triton says: none
        } catch (BadJson bad) {
            throw InferenceException.invalid("parameters.timeout", "microseconds: " + bad.reason());
        }
    }

    private static void refuseSecond(boolean seen, String member) {
        if (seen) {
            throw InferenceException.invalid(member, "given twice");
        }
    }

    private List<Tensor> inSignatureOrder() {
        if (inputs == null) {
            throw InferenceException.invalid("body", "the member \"inputs\" is missing");
        }
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

    private List<String> wantedOutputs() {
        if (outputs == null || outputs.isEmpty()) {
            return signature.outputNames();
        }
        for (int i = 0; i < outputs.size(); i++) {
            String name = outputs.get(i);
            if (signature.output(name) == null) {
                throw InferenceException.invalid(
                        "outputs[" + i + "].name",
                        "the model has no output \"" + name + "\"; its outputs are " + signature.outputNames());
            }
            if (outputs.indexOf(name) < i) {
                throw InferenceException.invalid("outputs[" + i + "].name", "output \"" + name + "\" is given twice");
            }
        }
        return outputs;
    }

    private int rows(List<Tensor> ordered) {
        if (!signature.batched() || ordered.isEmpty()) {
            return 1;
        }
        long rows = ordered.getFirst().rows();
        for (Tensor input : ordered) {
            if (input.rows() != rows) {
                throw InferenceException.invalid(
                        "inputs",
                        "axis 0 counts rows and must agree: \""
                                + ordered.getFirst().name() + "\" has " + rows + " and \"" + input.name() + "\" has "
                                + input.rows());
            }
        }
        if (rows > MAX_ROWS) {
            throw InferenceException.invalid(
                    "inputs", rows + " rows are more than the " + MAX_ROWS + " of one request");
        }
        return (int) rows;
    }
}

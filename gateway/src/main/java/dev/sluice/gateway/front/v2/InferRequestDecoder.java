package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of {@code POST .../infer} in one pass: JSON numbers go straight into tensor memory, and raw tensors stay
 * where they are.
 *
 * @thread confined to one front loop; one use
 * @bound one direct buffer for each input, never larger than a small multiple of the body
 * @errors InvalidRequest that names the member, the input and the element at fault
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source Open Inference Protocol, inference request JSON object
 */
public final class InferRequestDecoder {

    /** The one member of a message of a stream that gives a request up; in HTTP it means nothing. */
    static final String CANCEL = "cancel";

    private final RequestBody body;
    private final JsonCursor cursor;
    private final RawTensors raw;
    private final Signature signature;
    private final TensorBuffers buffers;

    private final RequestParameters parameters;
    private boolean parametersSeen;
    private boolean cancelRefused;
    private @Nullable String id;
    private @Nullable List<Tensor> inputs;
    private @Nullable List<WantedOutput> outputs;

    /** To read that body, a request to a model of that signature. */
    public InferRequestDecoder(RequestBody body, Signature signature, TensorBuffers buffers, JsonOptions options) {
        this.body = body;
        this.cursor = new JsonCursor(body.array(), body.from(), body.jsonEnd(), options.nanAndInfinity());
        this.raw = new RawTensors(body);
        this.signature = signature;
        this.buffers = buffers;
        this.parameters = new RequestParameters(cursor);
    }

    /** As a message of a stream, which cannot be a request and give one up; where {@link MessageHead} reads no further. */
    public InferRequestDecoder ofStream() {
        cancelRefused = true;
        return this;
    }

    static InferenceException cancelBesideOthers() {
        return InferenceException.invalid(
                CANCEL, "must be the only member of its message, once, and nothing behind it");
    }

    public DecodedRequest decode() {
        buffers.besideBody(body.end() - body.from());
        try {
            if (body.isRawTensor()) {
                return RawRequest.decode(raw, signature);
            }
            readBody();
            raw.requireEnd();
            List<Tensor> ordered = inSignatureOrder();
            List<WantedOutput> listed = outputs == null ? List.of() : outputs;
            List<String> names = listed.isEmpty()
                    ? signature.outputNames()
                    : listed.stream().map(WantedOutput::name).toList();
            AnswerForm form = new AnswerForm(
                    id, listed, parameters.binaryOutputs(), parameters.timed(), parameters.inParts(), false);
            return new DecodedRequest(
                    ordered,
                    names,
                    SignatureCheck.rows(ordered, signature),
                    parameters.timeout(),
                    parameters.priority(),
                    parameters.routingKey(),
                    form);
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
                case "id" -> {
                    refuseSecond(id != null, member);
                    id = isNull() ? null : JsonStrings.readString(cursor);
                }
                case "inputs" -> {
                    refuseSecond(inputs != null, member);
                    readInputs();
                }
                case "outputs" -> {
                    refuseSecond(outputs != null, member);
                    outputs = isNull() ? null : new OutputsDecoder(cursor, signature).decode();
                }
                case "parameters" -> readParameters();
                default -> {
                    if (cancelRefused && member.equals(CANCEL)) {
                        throw cancelBesideOthers();
                    }
                    cursor.skipValue();
                }
            }
        } catch (BadJson bad) {
            throw InferenceException.invalid(member.isBlank() ? "body" : member, bad.reason());
        }
    }

    private void readParameters() {
        refuseSecond(parametersSeen, "parameters");
        parametersSeen = true;
        if (!isNull()) {
            parameters.read();
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

    private void readInputs() {
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
            list.add(new InputDecoder(cursor, raw, buffers, signature, list.size()).decode());
        } while (cursor.readCommaOr(']'));
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
        return SignatureCheck.inOrder(inputs, signature);
    }
}

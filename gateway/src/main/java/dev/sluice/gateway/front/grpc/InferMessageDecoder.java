package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.Classification;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.gateway.front.v2.TensorBytes;
import dev.sluice.gateway.front.v2.WantedOutput;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a ModelInferRequest: raw tensors stay where they are in the message, typed ones go straight into tensor memory.
 *
 * <p>Generated classes would make an object of each tensor's bytes and a boxed or copied list of each typed one's
 * elements, before anything could be said of the request.
 *
 * @thread confined to one front loop; one use
 * @bound no more inputs, outputs and raw tensors than the model has are remembered; memory for typed elements, a small
 *     multiple of the message
 * @errors InvalidRequest that names the field, the input and the element at fault
 * @owns the memory of the inputs until {@link #decode} returns; gives it back when it throws
 * @source Open Inference Protocol, ModelInfer; Triton, {@code grpc_service.proto}
 */
final class InferMessageDecoder {

    private final MessageCursor cursor;
    private final Span message;
    private final InferHead head;
    private final Signature signature;
    private final TensorBuffers buffers;

    private final MessageParameters parameters = new MessageParameters();
    private final List<InputMessage> inputs = new ArrayList<>();
    private final List<Span> raw = new ArrayList<>();
    private final List<RequestedOutput> outputs = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private String place = "message";

    /** To read that message, of which the head is known, as a request to a model of that signature. */
    InferMessageDecoder(byte[] array, Span message, InferHead head, Signature signature, TensorBuffers buffers) {
        this.cursor = new MessageCursor(array, message);
        this.message = message;
        this.head = head;
        this.signature = signature;
        this.buffers = buffers;
    }

    DecodedRequest decode() {
        buffers.besideBody(message.length());
        try {
            readFields();
            readTensors();
            return request();
        } catch (IOException broken) {
            giveBack();
            throw MessageCursor.broken(place);
        } catch (InferenceException wrong) {
            giveBack();
            throw wrong;
        }
    }

    private void giveBack() {
        tensors.forEach(tensor -> buffers.giveBack(tensor.data()));
    }

    private DecodedRequest request() {
        List<Tensor> ordered = SignatureCheck.inOrder(tensors, signature);
        List<WantedOutput> listed = new ArrayList<>();
        for (RequestedOutput output : outputs) {
            SignatureCheck.output(output.field, output.name, listed, signature);
            listed.add(new WantedOutput(output.name, parameters.rawOutputs(), output.classes));
        }
        List<String> names = listed.isEmpty()
                ? signature.outputNames()
                : listed.stream().map(WantedOutput::name).toList();
        AnswerForm form = new AnswerForm(
                head.id(),
                listed,
                parameters.rawOutputs(),
                parameters.timed(),
                parameters.inParts(),
                parameters.emptyEnd());
        return new DecodedRequest(
                ordered,
                names,
                SignatureCheck.rows(ordered, signature),
                parameters.timeout(),
                parameters.priority(),
                parameters.routingKey(),
                form);
    }

    private void readFields() throws IOException {
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            place = "message";
            switch (tag) {
                case MessageTags.REQUEST_PARAMETER -> {
                    place = "parameters";
                    parameters.take(Parameter.read(cursor.array(), cursor.readSpan()));
                }
                case MessageTags.REQUEST_INPUT -> {
                    place = "inputs[" + inputs.size() + "]";
                    requireRoom("inputs", inputs.size(), signature.inputs().size());
                    inputs.add(InputMessage.read(place, cursor.array(), cursor.readSpan(), signature));
                }
                case MessageTags.REQUEST_OUTPUT -> {
                    place = "outputs[" + outputs.size() + "]";
                    requireRoom("outputs", outputs.size(), signature.outputs().size());
                    outputs.add(readOutput(place, cursor.readSpan()));
                }
                case MessageTags.REQUEST_RAW -> {
                    place = "raw_input_contents[" + raw.size() + "]";
                    requireRoom(
                            "raw_input_contents", raw.size(), signature.inputs().size());
                    raw.add(cursor.readSpan());
                }
                default -> cursor.skip(tag);
            }
        }
    }

    private static void requireRoom(String field, int count, int most) {
        if (count == most) {
            String what = field.equals("outputs") ? " outputs" : " inputs";
            throw InferenceException.invalid(field, "more than the " + most + what + " that the model has");
        }
    }

    private void readTensors() throws IOException {
        if (!raw.isEmpty() && raw.size() != inputs.size()) {
            throw InferenceException.invalid(
                    "raw_input_contents",
                    "has " + raw.size() + " tensors, and there are " + inputs.size()
                            + " inputs: each needs one, in their order");
        }
        for (int i = 0; i < inputs.size(); i++) {
            place = inputs.get(i).field() + ".contents";
            tensors.add(raw.isEmpty() ? typed(inputs.get(i)) : raw(inputs.get(i), i));
        }
    }

    private Tensor typed(InputMessage input) throws IOException {
        Span contents = input.contents();
        if (contents == null) {
            contents = new Span(cursor.position(), cursor.position()); // how an empty tensor may be sent
        }
        ByteBuffer data = new ContentsDecoder(input, cursor.array(), contents, buffers).decode();
        return new Tensor(input.name(), input.dataType(), input.shape(), data);
    }

    private Tensor raw(InputMessage input, int index) {
        if (input.contents() != null) {
            throw InferenceException.invalid(
                    place, "stands beside raw_input_contents; send all inputs in the one or all in the other");
        }
        Span bytes = raw.get(index);
        ByteBuffer data = ByteBuffer.wrap(cursor.array(), bytes.from(), bytes.length())
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
        String field = "raw_input_contents[" + index + "] (" + input.name() + ")";
        TensorBytes.check(field, data, input.dataType(), input.shape());
        return new Tensor(input.name(), input.dataType(), input.shape(), data);
    }

    private RequestedOutput readOutput(String field, Span message) throws IOException {
        MessageCursor output = new MessageCursor(cursor.array(), message);
        String name = "";
        int classes = 0;
        for (int tag = output.readTag(); tag != 0; tag = output.readTag()) {
            switch (tag) {
                case MessageTags.OUTPUT_NAME -> name = output.readString();
                case MessageTags.OUTPUT_PARAMETER -> {
                    Parameter parameter = Parameter.read(output.array(), output.readSpan());
                    String where = field + ".parameters." + parameter.name();
                    switch (parameter.name()) {
                        case "classification" -> classes = (int) parameter.count(where, Classification.MOST_CLASSES);
                        case "shared_memory_region" ->
                            throw InferenceException.invalid(where, "shared memory is not supported");
                        default -> {} // the client's own, and binary_data, which only JSON has a use for
                    }
                }
                default -> output.skip(tag);
            }
        }
        return new RequestedOutput(field, name, classes);
    }

    /** An output that was asked for, as it stood there. */
    private record RequestedOutput(String field, String name, int classes) {}
}

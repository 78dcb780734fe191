package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a ModelInferRequest says before its tensors: who is asked, and the client's own name for it.
 *
 * @param version empty when the client leaves it open
 * @param id empty when there is none
 */
record InferHead(String model, String version, String id) {

    RequestedModel requested() {
        return new RequestedModel(model, version.isEmpty() ? null : version);
    }

    /**
     * The head of a message of which only the beginning has come; null while it cannot be known. Writers put fields in
     * the order of their numbers, so the first bytes tell, unless one does not.
     */
    static @Nullable InferHead peek(byte[] array, int from, int to) {
        MessageCursor cursor = new MessageCursor(array, new Span(from, to));
        try {
            String model = "";
            String version = "";
            int tag = cursor.readTag();
            if (tag == MessageTags.REQUEST_MODEL_NAME) {
                model = cursor.readString();
                tag = cursor.readTag();
            }
            if (tag == MessageTags.REQUEST_MODEL_VERSION) {
                version = cursor.readString();
                tag = cursor.readTag();
            }
            return tag > MessageTags.REQUEST_MODEL_VERSION && !model.isEmpty()
                    ? new InferHead(model, version, "")
                    : null;
        } catch (IOException cutOff) {
            return null; // or broken, which shows when all of it is there
        }
    }

    /**
     * The head of a whole message.
     *
     * @throws InferenceException InvalidRequest when it is no such message
     */
    static InferHead of(byte[] array, int from, int to) {
        MessageCursor cursor = new MessageCursor(array, new Span(from, to));
        String field = "message";
        @Nullable String model = null;
        @Nullable String version = null;
        @Nullable String id = null;
        try {
            for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
                switch (tag) {
                    case MessageTags.REQUEST_MODEL_NAME -> {
                        field = "model_name";
                        model = once(field, model, cursor.readString());
                    }
                    case MessageTags.REQUEST_MODEL_VERSION -> {
                        field = "model_version";
                        version = once(field, version, cursor.readString());
                    }
                    case MessageTags.REQUEST_ID -> {
                        field = "id";
                        id = once(field, id, cursor.readString());
                    }
                    default -> {
                        field = "message";
                        cursor.skip(tag);
                    }
                }
            }
        } catch (IOException broken) {
            throw MessageCursor.broken(field);
        }
        return new InferHead(orEmpty(model), orEmpty(version), orEmpty(id));
    }

    /** Protobuf would let the last one hold, but no writer means that, and others on the way may have believed the first. */
    private static String once(String field, @Nullable String before, String value) {
        if (before != null) {
            throw InferenceException.invalid(field, "given twice");
        }
        return value;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}

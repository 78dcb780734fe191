package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * What a message of a stream says of itself beside its tensors: whose answer it wants, and which model is to give it.
 *
 * <p>It is read before the model is known, and so before the message can be decoded; tensors are only read over. Where the
 * model is known already, an {@code id} before {@code inputs} ends the reading there.
 *
 * @param id the client's own name for the request; null when there is none
 * @param cancel the id of the request that is to be given up, where the message says that and nothing else; null for one
 *     that is a request itself, and for one that is neither
 * @param modelName null when it names none
 * @param modelVersion null when it leaves it open
 * @param problem why it could not be read to its end; null when it could
 * @thread immutable
 */
public record MessageHead(
        @Nullable String id,
        @Nullable String cancel,
        @Nullable String modelName,
        @Nullable String modelVersion,
        @Nullable InferenceException problem) {

    private static final MessageHead NONE = new MessageHead(null, null, null, null, null);

    /**
     * Of that message; never fails, for what could be read of one that is malformed is needed to say so.
     *
     * @param namesModel whether it is the message that says which model is to answer
     */
    public static MessageHead of(RequestBody message, JsonOptions options, boolean namesModel) {
        if (message.isRawTensor()) {
            return NONE;
        }
        if (message.end() == message.from()) {
            return empty();
        }
        JsonCursor json = new JsonCursor(message.array(), message.from(), message.jsonEnd(), options.nanAndInfinity());
        Reading reading = new Reading(json, namesModel);
        @Nullable InferenceException problem = null;
        try {
            reading.read();
            reading.requireNothingBesideCancel(message.end() > message.jsonEnd());
        } catch (BadJson bad) {
            problem = InferenceException.invalid(reading.cancels ? InferRequestDecoder.CANCEL : "body", bad.reason());
        } catch (InferenceException wrong) {
            problem = wrong;
        }
        @Nullable String cancel = problem == null ? reading.cancel : null;
        return new MessageHead(reading.id, cancel, reading.modelName, reading.modelVersion, problem);
    }

    private static MessageHead empty() {
        InferenceException problem =
                InferenceException.invalid("body", "is empty: it has neither JSON nor a raw tensor");
        return new MessageHead(null, null, null, null, problem);
    }

    /**
     * The members found so far.
     *
     * @thread confined to its caller
     */
    private static final class Reading {

        private final JsonCursor cursor;
        private final boolean namesModel;
        private @Nullable String id;
        private int members;
        private boolean cancels;
        private @Nullable String cancel;
        private @Nullable String modelName;
        private @Nullable String modelVersion;

        Reading(JsonCursor cursor, boolean namesModel) {
            this.cursor = cursor;
            this.namesModel = namesModel;
        }

        void read() {
            cursor.read('{');
            if (!cursor.tryRead('}')) {
                do {
                    String member = cursor.readName();
                    members++;
                    if (member.equals("inputs") && id != null && !namesModel) {
                        return;
                    }
                    read(member);
                } while (cursor.readCommaOr('}'));
            }
            cursor.readEnd();
        }

        void requireNothingBesideCancel(boolean tensors) {
            if (cancels && (members > 1 || tensors)) {
                throw InferRequestDecoder.cancelBesideOthers();
            }
        }

        private void read(String member) {
            switch (member) {
                case "id" -> id = text(member, id);
                case InferRequestDecoder.CANCEL -> {
                    cancels = true;
                    cancel = JsonStrings.readString(cursor);
                }
                case "model_name" -> modelName = text(member, modelName);
                case "model_version" -> modelVersion = text(member, modelVersion);
                default -> cursor.skipValue();
            }
        }

        private @Nullable String text(String member, @Nullable String known) {
            if (known != null) {
                throw InferenceException.invalid(member, "given twice");
            }
            if (cursor.peek() == 'n') {
                cursor.readNull();
                return null;
            }
            try {
                return JsonStrings.readString(cursor);
            } catch (BadJson bad) {
                throw InferenceException.invalid(member, bad.reason());
            }
        }
    }
}

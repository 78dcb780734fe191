package dev.sluice.gateway.front.tfs.grpc;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.grpc.MessageCursor;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.tfs.TfsModels;
import dev.sluice.gateway.front.tfs.grpc.wire.ModelSpec;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a ModelSpec says.
 *
 * @param version a number; null where none is given
 * @param label null where none is given
 * @param signature empty where none is given
 */
record AskedModel(
        String name, @Nullable String version, @Nullable String label, String signature) {

    /** An ONNX model has one, which has the name that is usual. */
    static final String SIGNATURE = "serving_default";

    private static final String MISSING = "Missing ModelSpec";

    /** Of a message that has one. */
    static AskedModel read(byte[] array, Span spec) throws IOException {
        MessageCursor cursor = new MessageCursor(array, spec);
        String name = "";
        @Nullable String version = null;
        @Nullable String label = null;
        String signature = "";
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            switch (tag) {
                case Tags.SPEC_NAME -> name = cursor.readString();
                case Tags.SPEC_VERSION -> {
                    version = Long.toString(number(array, cursor.readSpan()));
                    label = null; // of a oneof the last holds
                }
                case Tags.SPEC_LABEL -> {
                    label = cursor.readString();
                    version = null;
                }
                case Tags.SPEC_SIGNATURE -> signature = cursor.readString();
                default -> cursor.skip(tag);
            }
        }
        return new AskedModel(name, version, label, signature);
    }

    private static long number(byte[] array, Span wrapped) throws IOException {
        MessageCursor cursor = new MessageCursor(array, wrapped);
        long number = 0;
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            if (tag == Tags.WRAPPED_NUMBER) {
                number = cursor.in().readInt64();
            } else {
                cursor.skip(tag);
            }
        }
        return number;
    }

    /**
     * The same of a generated message.
     *
     * @throws InferenceException InvalidRequest where there is none
     */
    static AskedModel of(boolean given, ModelSpec spec) {
        if (!given) {
            throw missing();
        }
        return new AskedModel(
                spec.getName(),
                spec.hasVersion() ? Long.toString(spec.getVersion().getValue()) : null,
                spec.hasVersionLabel() ? spec.getVersionLabel() : null,
                spec.getSignatureName());
    }

    static InferenceException missing() {
        return InferenceException.invalid("", MISSING);
    }

    /**
     * The model that it names.
     *
     * @throws InferenceException InvalidRequest, Starting
     */
    RequestedModel in(TfsModels models) {
        if (name.isEmpty()) {
            throw InferenceException.invalid("", "ModelSpec has no name specified.");
        }
        return models.requested(name, version, label);
    }

    boolean asksAnotherSignature() {
        return !signature.isEmpty() && !signature.equals(SIGNATURE);
    }
}

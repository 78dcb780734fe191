package dev.sluice.gateway.front.tfs.grpc;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.grpc.MessageCursor;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.grpc.UnaryCodec;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.TfsModels;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Predict, Classify and Regress have in common: a ModelSpec in front, and the words for errors.
 *
 * @thread confined to one front loop; one for each call
 * @source tensorflow/serving, server_core.cc: ServableRequestFromModelSpec
 */
abstract class TfsCodec implements UnaryCodec {

    private final TfsModels models;
    private @Nullable AskedModel asked;
    private @Nullable RequestedModel requested;

    TfsCodec(TfsModels models) {
        this.models = models;
    }

    @Override
    public final Protocol protocol() {
        return Protocol.TENSORFLOW_SERVING_GRPC;
    }

    /** Writers put fields in the order of their numbers, so that it stands at the very beginning. */
    @Override
    public final @Nullable RequestedModel peek(HttpBytes beginning) {
        MessageCursor cursor = new MessageCursor(beginning.array(), new Span(beginning.from(), beginning.to()));
        try {
            if (cursor.readTag() != Tags.MODEL_SPEC) {
                return null;
            }
            Span spec = cursor.readSpan();
            boolean isOver = cursor.readTag() > Tags.MODEL_SPEC;
            return isOver ? requested(AskedModel.read(beginning.array(), spec)) : null;
        } catch (IOException cutOff) {
            return null; // or broken, which shows when all of it is there
        }
    }

    @Override
    public final RequestedModel asked(HttpBytes message) {
        MessageCursor cursor = new MessageCursor(message.array(), new Span(message.from(), message.to()));
        @Nullable AskedModel found = null;
        try {
            for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
                if (tag != Tags.MODEL_SPEC) {
                    cursor.skip(tag);
                } else if (found == null) {
                    found = AskedModel.read(message.array(), cursor.readSpan());
                } else {
                    throw InferenceException.invalid("model_spec", "given twice");
                }
            }
        } catch (IOException broken) {
            throw MessageCursor.broken(found == null ? "model_spec" : "message");
        }
        if (found == null) {
            throw AskedModel.missing();
        }
        asked = found;
        return requested(found);
    }

    private RequestedModel requested(AskedModel spec) {
        requested = spec.in(models);
        return requested;
    }

    /** What the message says in front. */
    final AskedModel asked() {
        return Objects.requireNonNull(asked);
    }

    @Override
    public String text(InferenceError error) {
        return error instanceof InferenceError.UnknownModel && requested != null
                ? TfsModels.notFound(requested)
                : error.message();
    }
}

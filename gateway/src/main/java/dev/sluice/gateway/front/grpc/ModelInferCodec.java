package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.InferenceResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The messages of ModelInfer.
 *
 * @thread confined to one front loop; one for each call
 */
final class ModelInferCodec implements UnaryCodec {

    private @Nullable InferHead head;

    @Override
    public Protocol protocol() {
        return Protocol.GRPC;
    }

    @Override
    public @Nullable RequestedModel peek(HttpBytes beginning) {
        @Nullable InferHead begun = InferHead.peek(beginning.array(), beginning.from(), beginning.to());
        return begun == null ? null : begun.requested();
    }

    @Override
    public RequestedModel asked(HttpBytes message) {
        head = InferHead.of(message.array(), message.from(), message.to());
        return head.requested();
    }

    @Override
    public DecodedRequest decode(HttpBytes message, ModelEndpoint endpoint, TensorBuffers buffers) {
        Span span = new Span(message.from(), message.to());
        InferHead asked = Objects.requireNonNull(head);
        return new InferMessageDecoder(
                        message.array(), span, asked, endpoint.description().signature(), buffers)
                .decode();
    }

    @Override
    public List<ByteBuffer> encode(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        return InferMessageEncoder.unary(response, form, endpoint.description()).encode();
    }
}

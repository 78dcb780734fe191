package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.ClientGone;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.call.Call;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.call.TakesParts;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.grpc.MessageReader.Message;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.ModelId;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One request of a ModelStreamInfer stream, from its message to its answer, perhaps behind parts of it.
 *
 * @thread confined to the front loop of its connection
 * @bound one message
 * @errors every {@link InferenceError}, in its answer
 */
final class StreamedCall extends Call implements TakesParts {

    private final StreamInfer infer;
    private final GrpcStream stream;
    private final long number;
    private final Message message;
    private final long startNanos;
    private final ClientGone cancellation = new ClientGone();
    private String id = "";
    private boolean setOut;
    private boolean answered;

    StreamedCall(StreamInfer infer, long number, Message message) {
        this.infer = infer;
        this.stream = infer.stream();
        this.number = number;
        this.message = message;
        this.startNanos = stream.serving().parts().ticker().nanos();
    }

    void begin() {
        FrontConnection.infers(stream.request());
        Serving serving = stream.serving();
        @Nullable ModelId model = null;
        try {
            HttpBytes bytes = message.bytes();
            InferHead asked = InferHead.of(bytes.array(), bytes.from(), bytes.to());
            id = asked.id();
            ModelEndpoint endpoint = serving.endpoint(this, asked.requested());
            model = endpoint.model();
            RequestHead head = GrpcHead.of(stream, model, infer.remainingNanos());
            @Nullable InferenceError refusal = GrpcHead.refusal(serving, this, head);
            if (refusal == null) {
                Span span = new Span(bytes.from(), bytes.to());
                serving.infer(
                        this,
                        head,
                        endpoint,
                        (by, buffers) -> new InferMessageDecoder(
                                        bytes.array(),
                                        span,
                                        asked,
                                        by.description().signature(),
                                        buffers)
                                .decode());
            } else {
                serving.refuse(this, model, refusal);
            }
        } catch (InferenceException refused) {
            serving.refuse(this, model == null ? Serving.modelOf(refused.error()) : model, refused.error());
        }
    }

    @Override
    public void cancel() {
        cancellation.cancel();
    }

    /** The stream is over, and nobody waits any more. */
    void gone() {
        message.release();
        if (setOut) {
            cancel(); // its place is free with its outcome
        } else {
            leave();
        }
    }

    @Override
    public Protocol protocol() {
        return Protocol.GRPC;
    }

    /** That of the stream, and which of its requests. */
    @Override
    public String requestId() {
        return stream.requestId() + "-" + number;
    }

    @Override
    public String client() {
        return stream.client();
    }

    @Override
    protected String header(String name) {
        return String.join(",", stream.request().headers().getAll(name));
    }

    @Override
    public @Nullable KeyHolder keyHolder() {
        return stream.keyHolder();
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public boolean isOpen() {
        return !answered && infer.isOpen();
    }

    @Override
    public Cancellation cancellation() {
        setOut = true;
        return cancellation;
    }

    /** The answer names the model that gives it. */
    @Override
    public void standsIn(ModelId model) {}

    @Override
    public void part(ModelEndpoint endpoint, InferenceResponse part, AnswerForm form) {
        FrontConnection.requireTaken(stream.request());
        infer.part(message(endpoint, part, form));
    }

    @Override
    public void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        FrontConnection.requireTaken(stream.request());
        Rows rows = response.rows();
        if (rows != null && form.emptyEnd()) {
            part(endpoint, response.to(new Rows(rows.first(), rows.count(), false)), form);
            end(message(endpoint, new InferenceResponse(response.model(), List.of(), response.timing()), form));
        } else {
            end(message(endpoint, response, form));
        }
    }

    private static List<ByteBuffer> message(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        return InferMessageEncoder.streamed(response, form, endpoint.description())
                .encode();
    }

    private void end(List<ByteBuffer> answer) {
        message.release();
        if (isOpen()) {
            answered = true;
            infer.answer(this, answer);
        }
    }

    @Override
    public void refuse(InferenceError error) {
        message.release();
        leave();
        if (!answered) {
            answered = true;
            infer.refuse(this, error, id);
        }
    }
}

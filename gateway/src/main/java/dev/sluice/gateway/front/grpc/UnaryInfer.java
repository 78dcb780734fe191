package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.ClientGone;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.call.CacheUse;
import dev.sluice.gateway.front.call.Call;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.grpc.MessageReader.Message;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.ServerTiming;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.http.HttpHeaders;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One call of an inference: a message in, tensors, pipeline, a message out. What the messages are its codec knows.
 *
 * <p>The model stands in the message, at its very beginning where a client writes fields in their order. So it can mostly be
 * decided from the first bytes of a long message whether the rest is worth reading.
 *
 * @thread confined to the front loop of its connection
 * @bound one message
 * @errors every {@link InferenceError}
 */
final class UnaryInfer extends Call implements MessageReader.Receiver {

    static final CharSequence FALLBACK = "sluice-fallback";
    private static final CharSequence CACHE = "sluice-cache";

    private final GrpcStream stream;
    private final UnaryCodec codec;
    private @Nullable MessageReader reader;
    private @Nullable Entry entry;
    private @Nullable Message message;
    private boolean over;

    /** A call that the quotas have let in. */
    private record Entry(RequestedModel asked, ModelEndpoint endpoint, RequestHead head) {}

    private UnaryInfer(GrpcStream stream, UnaryCodec codec) {
        this.stream = stream;
        this.codec = codec;
    }

    static void begin(GrpcStream stream, SizeLimit limit, UnaryCodec codec) {
        UnaryInfer call = new UnaryInfer(stream, codec);
        try {
            var settings = new MessageReader.Settings(stream.coding(), limit, stream.bodies());
            call.read(new MessageReader(stream.request(), settings, call));
        } catch (InferenceException refused) {
            call.failed(refused.error());
        }
    }

    private void read(MessageReader messages) {
        FrontConnection.infers(stream.request());
        reader = messages;
        stream.whenOver(this::gone);
        messages.begin(stream); // a timeout that cannot be read is refused before anything else is
    }

    @Override
    public void begun(byte[] array, int from, int to) {
        @Nullable RequestedModel asked = codec.peek(new HttpBytes(array, from, to));
        if (asked != null) {
            enter(asked);
        }
    }

    @Override
    public void message(Message whole) {
        if (message != null) {
            whole.release();
            failed(new InferenceError.InvalidRequest("message", "a second one; this call takes one"));
            return;
        }
        message = whole;
        Objects.requireNonNull(reader).next();
    }

    @Override
    public void ended() {
        if (message == null) {
            failed(new InferenceError.InvalidRequest("message", "there is none"));
            return;
        }
        HttpBytes bytes = message.bytes();
        try {
            infer(bytes, codec.asked(bytes));
        } catch (InferenceException broken) {
            failed(broken.error());
        }
    }

    private void infer(HttpBytes bytes, RequestedModel asked) {
        if (entry == null) {
            enter(asked);
        } else if (!entry.asked.equals(asked)) {
            throw InferenceException.invalid("model_version", "stands behind other fields; send it before them");
        }
        if (!over && entry != null) {
            stream.serving()
                    .infer(
                            this,
                            entry.head,
                            entry.endpoint,
                            (endpoint, buffers) -> codec.decode(bytes, endpoint, buffers));
        }
    }

    @Override
    public void failed(InferenceError error) {
        refuse(entry == null ? null : entry.endpoint.model(), error);
    }

    private void refuse(@Nullable ModelId model, InferenceError error) {
        if (!over) {
            over = true;
            stream.serving().refuse(this, model, error);
        }
    }

    /** Before any of its tensors is looked at: who answers, and whether it may come in. */
    private void enter(RequestedModel asked) {
        Serving serving = stream.serving();
        @Nullable ModelId model = null;
        try {
            ModelEndpoint endpoint = serving.endpoint(this, asked);
            model = endpoint.model();
            stream.showStanding();
            RequestHead head = GrpcHead.of(stream, model, stream.timeoutNanos());
            @Nullable InferenceError refusal = GrpcHead.refusal(serving, this, head);
            if (refusal == null) {
                entry = new Entry(asked, endpoint, head);
            } else {
                refuse(model, refusal);
            }
        } catch (InferenceException refused) {
            refuse(model == null ? Serving.modelOf(refused.error()) : model, refused.error());
        }
    }

    /** The stream is over: answered, or given up by its client. */
    private void gone() {
        over = true;
        release();
        leave();
    }

    private void release() {
        if (reader != null) {
            reader.close();
        }
        if (message != null) {
            message.release();
        }
    }

    @Override
    public Protocol protocol() {
        return codec.protocol();
    }

    @Override
    public String requestId() {
        return stream.requestId();
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
        return stream.startNanos();
    }

    @Override
    public boolean isOpen() {
        return stream.isOpen();
    }

    /** From now on only the outcome ends the request. */
    @Override
    public Cancellation cancellation() {
        ClientGone cancellation = new ClientGone();
        stream.whenOver(() -> {
            release();
            cancellation.cancel();
        });
        return cancellation;
    }

    @Override
    public void standsIn(ModelId model) {
        stream.header(FALLBACK, model.toString());
    }

    @Override
    protected void cached(CacheUse use, long ageSeconds) {
        stream.header(CACHE, use.toString());
        if (use == CacheUse.HIT) {
            stream.header(HttpHeaders.AGE, Long.toString(ageSeconds));
        }
    }

    @Override
    public void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        FrontConnection.requireTaken(stream.request());
        var answer = codec.encode(endpoint, response, form);
        if (isOpen()) {
            ServerTiming.tell(stream.request(), response.timing());
        }
        release(); // a slow reader holds its answer, not its message
        stream.answer(answer);
    }

    @Override
    public void refuse(InferenceError error) {
        over = true;
        release();
        leave();
        stream.end(GrpcStatus.of(error, codec.code(error), codec.text(error), stream.retryMillis(error)));
    }
}

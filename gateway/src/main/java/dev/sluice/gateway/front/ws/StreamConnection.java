package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.http.AccessLog;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.StreamOpening;
import dev.sluice.gateway.front.http.StreamTerms;
import dev.sluice.gateway.front.v2.InferRequestDecoder;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.MessageHead;
import dev.sluice.gateway.front.v2.RequestBody;
import dev.sluice.gateway.front.v2.Utf8;
import dev.sluice.gateway.front.ws.MessagePieces.Message;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket connection: frames in, requests, answers out.
 *
 * <p>What is read gets an answer, and it reads while it has reason to ({@link Reading}); so what has none when the
 * connection ends with 1001 was never looked at.
 *
 * @thread confined to the front loop of its connection
 * @bound {@code websocket.window_messages} and {@code window_size} in flight, {@code http.max_unsent_size} of answers, one
 *     message in arrival
 * @errors those of a request as messages, those of the connection as {@link CloseCode}
 */
final class StreamConnection implements FrameDecoder.Reader, FrameSocket.Listener, FrontConnection.Stream {

    private static final Logger LOG = LoggerFactory.getLogger(StreamConnection.class);
    private static final int SWITCHING_PROTOCOLS = 101;

    private final WebSocketFront front;
    private final StreamTerms terms;
    private final FrontConnection connection;
    private final AccessLog accessLog;
    private final AccessLog.Asked asked;
    private final FrameSocket socket;
    private final MessagePieces arriving;
    private final Window<Outgoing> window;
    private final Outbox outbox;
    private final Liveness liveness;
    private final Reading reading;
    private final Set<StreamCall> calls = new LinkedHashSet<>();
    private final PerMessageDeflate deflate;
    private long requests;
    private boolean leaving;
    private boolean closing;

    StreamConnection(WebSocketFront front, StreamOpening opening, boolean inOrder, PerMessageDeflate deflate) {
        this.front = front;
        this.terms = opening.terms();
        this.connection = opening.connection();
        this.accessLog = opening.accessLog();
        this.asked = opening.asked();
        this.deflate = deflate;
        ArrivedFrames arrived = new ArrivedFrames(front.options().maxMessageSize(), deflate.keepsWindow());
        this.socket = new FrameSocket(connection.channel(), opening.loop(), arrived, this);
        this.arriving = new MessagePieces(parts().admission().bodies());
        this.outbox = new Outbox(socket, connection, front.http().writeTimeout(), this::lookAgain);
        WebSocketOptions options = front.options();
        this.window = new Window<>(options.windowMessages(), options.windowSize(), inOrder, outbox::send);
        AdmitOptions limits = parts().admitOptions();
        EventLoop loop = connection.channel().eventLoop();
        this.liveness = new Liveness(this, options, limits.shortened(limits.requestTimeout()), loop);
        this.reading = new Reading(this, socket, liveness, loop);
    }

    void begin(JsonOutput hello) {
        FrameDecoder decoder = new FrameDecoder(front.options().maxMessageSize(), deflate, this);
        StreamPipeline.install(connection.channel(), decoder, socket);
        front.streams().opened();
        outbox.send(outbox.owe(Outgoing.of(hello)));
        liveness.begin();
        accessLog.answered(
                terms.requestId(), parts().ticker().nanos(), asked, new AccessLog.Given(SWITCHING_PROTOCOLS, 0));
        connection.becomes(this);
    }

    private FrontParts parts() {
        return front.serving().parts();
    }

    @Override
    public void heard() {
        liveness.heard();
    }

    @Override
    public void violated(CloseCode code, String reason) {
        close(code, reason);
    }

    @Override
    public void onFrame(WebSocketFrame frame) {
        if (closing) {
            return;
        }
        try {
            if (!(frame instanceof ContinuationWebSocketFrame)) {
                arriving.begin(frame instanceof TextWebSocketFrame, connection.arrivalNanos());
                liveness.messageBegun();
            }
            arriving.add(frame.content());
            if (frame.isFinalFragment()) {
                liveness.messageEnded();
                onMessage(arriving.take());
            }
        } catch (OutOfMemoryError noMemory) {
            close(CloseCode.TRY_AGAIN_LATER, "the server has no memory for this connection now");
        } catch (RuntimeException defect) {
            LOG.error("stream {} failed in the front", terms.requestId(), defect);
            close(CloseCode.INTERNAL_ERROR, "the server failed; its log has the detail under id " + terms.requestId());
        }
        lookAgain();
    }

    private void onMessage(Message message) {
        HttpBytes bytes = message.bytes();
        if (message.text() && !message.cut() && !Utf8.isValid(bytes.array(), bytes.from(), bytes.to())) {
            close(CloseCode.INVALID_PAYLOAD, "a text message that is not UTF-8");
            return;
        }
        RequestBody body = message.body();
        if (body == null) {
            close(CloseCode.UNSUPPORTED_DATA, "a binary message that does not begin with the length of its JSON");
            return;
        }
        MessageHead head = MessageHead.of(body, jsonOptions(), terms.model() == null);
        liveness.asked();
        if (head.cancel() != null) {
            arriving.clear();
            cancel(head.cancel());
            return;
        }
        Window<Outgoing>.Place place = window.open(head.id(), bytes.length());
        connection.countRequest();
        StreamCall call = new StreamCall(this, place, terms.requestId() + "." + ++requests, message.sinceNanos());
        calls.add(call);
        call.holdBytes(arriving.handOver());
        serve(call, place.entry(), head, message, body);
        if (message.cut()) {
            reading.pauseForRoom();
        }
    }

    /** Says nothing of a request that is not there: it may just have been answered. */
    private void cancel(String id) {
        Window<Outgoing>.@Nullable Place place = window.find(id);
        if (place != null) {
            calls.stream().filter(call -> call.isAt(place)).findFirst().ifPresent(StreamCall::cancel);
        }
    }

    private void serve(StreamCall call, Window.Entry entry, MessageHead head, Message message, RequestBody body) {
        Serving serving = front.serving();
        try {
            requirePlace(entry, message);
            if (head.problem() != null) {
                throw head.problem();
            }
            ModelEndpoint endpoint = serving.endpoint(call, model(head));
            RequestHead asks = terms.head(endpoint.model());
            @Nullable InferenceError refusal = serving.entry(call, endpoint.model());
            if (refusal == null) {
                refusal = serving.room(asks);
            }
            if (refusal != null) {
                serving.refuse(call, endpoint.model(), refusal);
                return;
            }
            serving.infer(
                    call,
                    asks,
                    endpoint,
                    (answering, buffers) -> new InferRequestDecoder(
                                    body, answering.description().signature(), buffers, jsonOptions())
                            .ofStream()
                            .decode());
        } catch (InferenceException refused) {
            serving.refuse(call, knownModel(head), refused.error());
        }
    }

    /** Which model a refusal is counted with; null for one that is not there. */
    private @Nullable ModelId knownModel(MessageHead head) {
        try {
            return model(head).in(parts().models()).model();
        } catch (InferenceException unknown) {
            return null;
        }
    }

    private void requirePlace(Window.Entry entry, Message message) {
        switch (entry) {
            case OVERRUN ->
                throw new InferenceException(new InferenceError.Throttled(
                        "the window of this connection is full: " + window.inFlight() + " requests are in flight",
                        "window",
                        0));
            case TAKEN -> throw InferenceException.invalid("id", "is that of a request in flight");
            case LET_IN -> {
                if (message.cut()) {
                    throw new InferenceException(new InferenceError.Overloaded(
                            "the server holds as many bytes of requests as it may", Reading.FULL_MILLIS));
                }
            }
        }
    }

    private RequestedModel model(MessageHead head) {
        if (terms.model() != null) {
            return terms.model();
        }
        if (head.modelName() == null) {
            throw InferenceException.invalid("model_name", "is missing: on this path each request names its model");
        }
        String version = head.modelVersion();
        return new RequestedModel(head.modelName(), version == null || version.isEmpty() ? null : version);
    }

    /** Reads as long as there is reason to, and ends when there is none to go on. */
    void lookAgain() {
        if (leaving && !closing && isIdle()) {
            close(CloseCode.GOING_AWAY, "the server is shutting down");
        }
        reading.lookAgain();
    }

    /** The process drains: what has been read is answered, and nothing more is read. */
    @Override
    public void leave() {
        leaving = true;
        lookAgain();
    }

    /** The loop has time for this connection again. */
    @Override
    public void readOn() {
        reading.standNoMore();
        lookAgain();
    }

    /** Ends the connection; what is in flight is given up. */
    void close(CloseCode code, String reason) {
        if (closing) {
            return;
        }
        giveUp();
        socket.close(code, reason);
        lookAgain();
    }

    /** From now on nothing is read, run or sent. */
    private void giveUp() {
        closing = true;
        outbox.end();
        arriving.clear();
        List<StreamCall> open = List.copyOf(calls);
        calls.clear();
        open.forEach(StreamCall::abandon);
    }

    @Override
    public void onClosing() {
        giveUp();
        lookAgain();
    }

    @Override
    public void onWritable() {
        outbox.handOn();
    }

    @Override
    public void onClosed() {
        front.streams().closed();
        liveness.stop();
        reading.stop();
        giveUp();
        outbox.stop();
    }

    boolean isOpen() {
        return !closing;
    }

    boolean isReading() {
        return reading.isOn();
    }

    /** Whether nothing is in flight, and every answer has been handed on. */
    boolean isIdle() {
        return calls.isEmpty() && outbox.isHandedOn();
    }

    void ping() {
        socket.ping();
    }

    /** Whether the client has left so many answers untaken that no more are made for it. */
    boolean isBehind() {
        return outbox.bytes() >= front.http().maxUnsentSize();
    }

    /** Whether it is to end, or its client has first to be answered, or to take what it has been answered. */
    boolean takesNoMore() {
        return leaving || window.isOverrun() || isBehind();
    }

    String client() {
        return terms.client();
    }

    @Nullable
    KeyHolder keyHolder() {
        return terms.keyHolder();
    }

    JsonOptions jsonOptions() {
        return parts().jsonOptions();
    }

    OptionalLong retryMillis(InferenceError error) {
        return front.retryAfter().millis(error);
    }

    void release(long bytes) {
        parts().admission().bodies().release(bytes);
    }

    /** A call is over without an answer. */
    void forget(StreamCall call) {
        calls.remove(call);
    }

    /** A part of the answer to a call, which goes on. */
    void part(StreamCall call, Window<Outgoing>.Place place, Outgoing part) {
        place.add(outbox.owe(call.made(deflate.fit(part))));
        lookAgain();
    }

    /** A call is over, with that answer. */
    void answer(StreamCall call, Window<Outgoing>.Place place, Outgoing answer, int status) {
        calls.remove(call);
        liveness.asked();
        place.close(outbox.owe(call.made(deflate.fit(answer))));
        accessLog.answered(call.requestId(), call.startNanos(), asked, new AccessLog.Given(status, call.madeBytes()));
        reading.answered(connection.standsInLine());
        lookAgain();
    }
}

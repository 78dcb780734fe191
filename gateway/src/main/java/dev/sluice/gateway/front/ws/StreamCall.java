package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.ClientGone;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.call.Call;
import dev.sluice.gateway.front.call.TakesParts;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.InferResponseEncoder;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One request of a stream and the one answer it gets, perhaps behind parts of it.
 *
 * @thread confined to the front loop of its connection
 * @errors an answer to a connection that has gone is dropped in silence
 * @owns its message's bytes of the budget until it has been answered or its connection has gone
 */
final class StreamCall extends Call implements TakesParts {

    private static final int OK = 200;

    private final StreamConnection connection;
    private final Window<Outgoing>.Place place;
    private final String requestId;
    private final long startNanos;
    private final ClientGone cancellation = new ClientGone();
    private long heldBytes;
    private long madeBytes;
    private boolean answered;

    StreamCall(StreamConnection connection, Window<Outgoing>.Place place, String requestId, long startNanos) {
        this.connection = connection;
        this.place = place;
        this.requestId = requestId;
        this.startNanos = startNanos;
    }

    /** Releases so many bytes of the budget when nobody reads its message any more. */
    void holdBytes(long bytes) {
        heldBytes = bytes;
    }

    boolean isAt(Window<Outgoing>.Place other) {
        return place.equals(other);
    }

    @Override
    public Protocol protocol() {
        return Protocol.WEBSOCKET;
    }

    @Override
    public String requestId() {
        return requestId;
    }

    @Override
    public String client() {
        return connection.client();
    }

    @Override
    public @Nullable KeyHolder keyHolder() {
        return connection.keyHolder();
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public Cancellation cancellation() {
        return cancellation;
    }

    /** The client has asked for it, or has gone. */
    @Override
    public void cancel() {
        cancellation.cancel();
    }

    /** Its connection has gone: nobody waits for the answer, and nothing is held for it. */
    void abandon() {
        cancel();
        releaseBytes();
    }

    @Override
    public boolean isOpen() {
        return !answered && connection.isOpen();
    }

    /** The answer itself names the model that gave it. */
    @Override
    public void standsIn(ModelId model) {}

    @Override
    public void part(ModelEndpoint endpoint, InferenceResponse part, AnswerForm form) {
        connection.part(this, place, message(endpoint, part, form));
    }

    /** Counts a message that it is answered with. */
    Outgoing made(Outgoing message) {
        madeBytes += message.length();
        return message;
    }

    long madeBytes() {
        return madeBytes;
    }

    @Override
    public void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        if (isOpen()) {
            give(message(endpoint, response, form), OK);
        } else {
            end();
        }
    }

    private Outgoing message(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form) {
        if (connection.isBehind()) {
            throw new InferenceException(FrontConnection.UNTAKEN);
        }
        return Outgoing.of(
                new InferResponseEncoder(response, form, endpoint.description(), connection.jsonOptions()).encode());
    }

    @Override
    public void refuse(InferenceError error) {
        if (isOpen()) {
            OptionalLong retryMillis = connection.retryMillis(error);
            give(
                    Outgoing.of(StreamMessages.error(place.id(), error, requestId, retryMillis)),
                    StatusMapping.httpStatus(error));
        } else {
            end();
        }
    }

    private void give(Outgoing answer, int status) {
        end();
        connection.answer(this, place, answer, status);
    }

    private void end() {
        answered = true;
        leave();
        releaseBytes();
        connection.forget(this);
    }

    private void releaseBytes() {
        connection.release(heldBytes);
        heldBytes = 0;
    }
}

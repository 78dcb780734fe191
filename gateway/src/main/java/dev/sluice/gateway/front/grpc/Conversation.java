package dev.sluice.gateway.front.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sluice.gateway.front.grpc.MessageReader.Message;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.InferenceError;
import java.util.function.Function;

/**
 * A stream on which each small message is answered with one before the next is read.
 *
 * @thread confined to the front loop of its connection
 * @bound {@link UnaryMethod#MAX_MESSAGE_BYTES} of message, and one answer that the client has not taken
 * @errors InvalidRequest for what is no such message, DeadlineExceeded, Draining
 */
final class Conversation<Q extends MessageLite> implements MessageReader.Receiver {

    private final GrpcStream stream;
    private final Parser<Q> parser;
    private final Function<Q, MessageLite> answer;
    private final MessageReader reader;
    private final Runnable stopTimer;
    private final Runnable forgetLeaving;

    Conversation(GrpcStream stream, Parser<Q> parser, Function<Q, MessageLite> answer) {
        this.stream = stream;
        this.parser = parser;
        this.answer = answer;
        var settings = new MessageReader.Settings(stream.coding(), UnaryMethod.LIMIT, stream.bodies());
        this.reader = new MessageReader(stream.request(), settings, this);
        this.stopTimer = stream.whenLate(() -> failed(new InferenceError.DeadlineExceeded("stream")));
        this.forgetLeaving = FrontConnection.whenLeaving(stream.request(), () -> failed(new InferenceError.Draining()));
    }

    void begin() {
        stream.whenOver(this::stop);
        reader.begin();
    }

    @Override
    public void message(Message message) {
        MessageLite said;
        try {
            said = answer.apply(UnaryMethod.parse(parser, message.bytes()));
        } finally {
            message.release();
        }
        stream.send(HttpBytes.buffer(UnaryMethod.framed(said)), reader::next);
    }

    @Override
    public void ended() {
        stop();
        stream.finish(GrpcStatus.OK);
    }

    @Override
    public void failed(InferenceError error) {
        stop();
        stream.finish(GrpcStatus.of(error, stream.retryMillis(error)));
    }

    private void stop() {
        stopTimer.run();
        forgetLeaving.run();
        reader.close();
    }
}

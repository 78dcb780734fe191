package dev.sluice.gateway.front.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.grpc.MessageReader.Message;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A method that takes one small message and answers with one.
 *
 * @thread confined to one front loop
 * @bound {@value #MAX_MESSAGE_BYTES} bytes of message
 * @errors InvalidRequest for what is no such message, and whatever answering throws
 */
final class UnaryMethod<Q extends MessageLite> implements GrpcFront.Method {

    static final long MAX_MESSAGE_BYTES = 64 << 10;
    static final SizeLimit LIMIT = SizeLimit.fixed(MAX_MESSAGE_BYTES);

    private static final Logger LOG = LoggerFactory.getLogger(UnaryMethod.class);

    private final Parser<Q> parser;
    private final BiFunction<Q, GrpcStream, Future<MessageLite>> answer;

    /** @param answer may throw InferenceException, or fail with it */
    UnaryMethod(Parser<Q> parser, BiFunction<Q, GrpcStream, Future<MessageLite>> answer) {
        this.parser = parser;
        this.answer = answer;
    }

    /** One whose answer is there at once. */
    static <Q extends MessageLite> UnaryMethod<Q> atOnce(Parser<Q> parser, Function<Q, MessageLite> answer) {
        return new UnaryMethod<>(parser, (asked, stream) -> Future.succeededFuture(answer.apply(asked)));
    }

    @Override
    public void begin(GrpcStream stream) {
        OneCall call = new OneCall(stream);
        var settings = new MessageReader.Settings(stream.coding(), LIMIT, stream.bodies());
        MessageReader reader = new MessageReader(stream.request(), settings, call);
        call.reader = reader;
        stream.whenOver(reader::close);
        reader.begin(stream);
    }

    /** Its bytes as a message of gRPC. */
    static List<ByteBuffer> framed(MessageLite message) {
        byte[] prefix = new byte[GrpcFraming.PREFIX_BYTES];
        GrpcFraming.writePrefix(prefix, false, message.getSerializedSize());
        return List.of(ByteBuffer.wrap(prefix), ByteBuffer.wrap(message.toByteArray()));
    }

    /**
     * The message of that type.
     *
     * @throws InferenceException InvalidRequest when it is none
     */
    static <M> M parse(Parser<M> parser, HttpBytes bytes) {
        try {
            return parser.parseFrom(ByteString.copyFrom(bytes.array(), bytes.from(), bytes.length()));
        } catch (InvalidProtocolBufferException broken) {
            throw MessageCursor.broken("message");
        }
    }

    /**
     * One call of it.
     *
     * @thread confined to the front loop of its connection
     */
    private final class OneCall implements MessageReader.Receiver {

        private final GrpcStream stream;
        private @Nullable MessageReader reader;
        private @Nullable Q asked;

        OneCall(GrpcStream stream) {
            this.stream = stream;
        }

        @Override
        public void message(Message message) {
            try {
                if (asked != null) {
                    throw InferenceException.invalid("message", "a second one; this call takes one");
                }
                asked = parse(parser, message.bytes());
            } finally {
                message.release();
            }
            if (reader != null) {
                reader.next();
            }
        }

        @Override
        public void ended() {
            if (asked == null) {
                failed(new InferenceError.InvalidRequest("message", "there is none"));
                return;
            }
            try {
                answer.apply(asked, stream)
                        .onSuccess(message -> stream.answer(framed(message)))
                        .onFailure(this::failed);
            } catch (RuntimeException broken) {
                failed(broken);
            }
        }

        private void failed(Throwable cause) {
            if (cause instanceof InferenceException refused) {
                failed(refused.error());
            } else {
                LOG.error("request {} failed in the front", stream.requestId(), cause);
                stream.end(GrpcStatus.of(
                        GrpcCode.INTERNAL, "the server's log has the detail under id " + stream.requestId()));
            }
        }

        @Override
        public void failed(InferenceError error) {
            stream.refuse(error);
        }
    }
}

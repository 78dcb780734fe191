package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.grpc.MessageReader.Message;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.InferenceError;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One ModelStreamInfer stream: many requests, each answered as soon as it is ready.
 *
 * <p>A request that goes wrong is answered with what was wrong, and the stream goes on; it ends with the client's half of it,
 * when all has been answered, or when the server drains.
 *
 * @thread confined to the front loop of its connection
 * @bound {@code grpc.max_stream_requests} whose answers the client has not taken; beyond it the stream is not read
 * @errors those of a request, in its answer; of the stream, what {@link MessageReader} says, Draining, DeadlineExceeded
 * @source Triton, {@code grpc_service.proto}
 */
final class StreamInfer implements MessageReader.Receiver {

    /** A client that sets it wants the stream to end with the status of the first request that goes wrong. */
    private static final String ERRORS_END_IT = "triton_grpc_error";

    private final GrpcStream stream;
    private final int mostOpen;
    private final long deadlineNanos;
    private final Set<StreamedCall> calls = new LinkedHashSet<>();
    private final Runnable forgetLeaving;
    private final Runnable stopTimer;
    private @Nullable MessageReader reader;
    private @Nullable InferenceError failure;
    private int open;
    private long begun;
    private boolean waits;
    private boolean halfClosed;
    private boolean over;

    private StreamInfer(GrpcStream stream, int mostOpen) {
        this.stream = stream;
        this.mostOpen = mostOpen;
        long timeoutNanos = stream.timeoutNanos();
        this.deadlineNanos = timeoutNanos == GrpcTimeout.NONE ? GrpcTimeout.NONE : stream.startNanos() + timeoutNanos;
        this.stopTimer = stream.whenLate(this::late);
        this.forgetLeaving = FrontConnection.whenLeaving(stream.request(), this::leave);
    }

    static void begin(GrpcStream stream, SizeLimit limit, int mostOpen) {
        MessageReader.Settings settings = new MessageReader.Settings(stream.coding(), limit, stream.bodies());
        StreamInfer infer = new StreamInfer(stream, mostOpen);
        MessageReader reader = new MessageReader(stream.request(), settings, infer);
        infer.reader = reader;
        stream.whenOver(infer::gone);
        reader.begin();
    }

    @Override
    public void message(Message message) {
        open++;
        waits = open == mostOpen;
        StreamedCall call = new StreamedCall(this, ++begun, message);
        calls.add(call);
        call.begin();
        readOn();
    }

    private void readOn() {
        if (reader != null && !waits && !over && failure == null) {
            reader.next();
        }
    }

    @Override
    public void ended() {
        halfClosed = true;
        endIfDone();
    }

    /** What is under way is answered first. */
    @Override
    public void failed(InferenceError error) {
        FrontParts parts = stream.serving().parts();
        long nanos = parts.ticker().nanos() - stream.startNanos();
        parts.listener().completed(Protocol.GRPC, null, StatusMapping.outcome(error), nanos);
        failure = error;
        endIfDone();
    }

    private void leave() {
        if (failure == null && !over) {
            failure = new InferenceError.Draining();
            if (reader != null) {
                reader.close();
            }
            endIfDone();
        }
    }

    private void late() {
        if (!over) {
            giveUp(new InferenceError.DeadlineExceeded("stream"));
        }
    }

    /** Ends the stream now; what is under way is cancelled. */
    private void giveUp(InferenceError why) {
        finish(GrpcStatus.of(why, stream.retryMillis(why)));
        cancelAll();
    }

    private void endIfDone() {
        if (open > 0 || over) {
            return;
        }
        if (failure != null) {
            finish(GrpcStatus.of(failure, stream.retryMillis(failure)));
        } else if (halfClosed) {
            finish(GrpcStatus.OK);
        }
    }

    private void finish(GrpcStatus status) {
        over = true;
        forget();
        stream.finish(status);
    }

    private void gone() {
        over = true;
        forget();
        cancelAll();
    }

    private void forget() {
        forgetLeaving.run();
        stopTimer.run();
        if (reader != null) {
            reader.close();
        }
    }

    private void cancelAll() {
        List.copyOf(calls).forEach(StreamedCall::gone);
        calls.clear();
    }

    GrpcStream stream() {
        return stream;
    }

    boolean isOpen() {
        return !over && stream.isOpen();
    }

    /** What is left of the stream's time, in nanoseconds and at least one; {@link GrpcTimeout#NONE} if it has no end. */
    long remainingNanos() {
        return deadlineNanos == GrpcTimeout.NONE
                ? GrpcTimeout.NONE
                : Math.max(1, deadlineNanos - stream.serving().parts().ticker().nanos());
    }

    /** Sends a part of the answer to a call, whose place stays taken; nothing if the stream is over. */
    void part(List<ByteBuffer> message) {
        stream.send(HttpBytes.buffer(message), () -> {});
    }

    /** Sends the answer to that call, whose place is free when the client has taken it. */
    void answer(StreamedCall call, List<ByteBuffer> message) {
        calls.remove(call);
        Buffer bytes = HttpBytes.buffer(message);
        stream.send(bytes, this::placeIsFree);
    }

    /** Answers that call with what went wrong, or ends the stream with it where the client wants that. */
    void refuse(StreamedCall call, InferenceError error, String id) {
        calls.remove(call);
        if (!isOpen()) {
            return;
        }
        if ("true".equals(stream.request().getHeader(ERRORS_END_IT))) {
            giveUp(error);
            return;
        }
        OptionalLong retryMillis = stream.retryMillis(error);
        stream.send(HttpBytes.buffer(StreamError.message(error, retryMillis, id)), this::placeIsFree);
    }

    private void placeIsFree() {
        open--;
        boolean waited = waits;
        waits = false;
        if (waited) {
            readOn();
        }
        endIfDone();
    }
}

package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.http.BodyTransform.Transformed;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import io.vertx.core.Context;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request whose body becomes tensors: it leaves its front loop for a thread of the pool, and comes back once.
 *
 * <p>Memory whose size is known is taken before it goes and filled where it is; nobody else touches it meanwhile. Whose
 * client has gone or whose time is over by then is not begun, and one that is at work is stopped. Its client is answered
 * in time in any case, for a user's own class may never return.
 *
 * @thread confined to one front loop; what {@link #transform} touches is written before it goes, or is safe from any
 * @bound the tensors and what the work takes beside them, all in the budget of bytes; those of the pool
 * @errors Overloaded, PayloadTooLarge, DeadlineExceeded, Cancelled, and those of the {@link BodyTransform}
 * @owns the memory of the tensors until the request sets out
 */
final class TransformCall {

    private static final String STAGE = "decode";

    /** The memory of what brings its own, of which nothing is to be given back. */
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final TransformCalls.Asked asked;
    private final LoopParts loop;
    private final Serving serving;
    private final FrontParts parts;
    private final ByteBudget budget;
    private final long deadlineNanos;
    private long workBytes;
    private long timer;
    private boolean answeredAlready;

    /** Of a body that is there until its thread is back, though its client has been answered. */
    private int keptBytes;

    /** What became of a body: one of both is null. */
    private record Ended(
            @Nullable Transformed transformed, @Nullable InferenceError error, long nanos) {

        long heldBytes() {
            return transformed == null ? 0 : transformed.heldBytes();
        }
    }

    TransformCall(TransformCalls.Asked asked, LoopParts loop) {
        this.asked = asked;
        this.loop = loop;
        this.serving = loop.serving();
        this.parts = serving.parts();
        this.budget = loop.bodies().budget();
        this.deadlineNanos = asked.deadlineNanos(parts.admitOptions());
    }

    /** Sets out, or is refused. */
    void begin(BodyTransform work, int bodyBytes) {
        begin(work, bodyBytes, 0);
    }

    /** @param countedBytes of what the work takes, which are in the budget already and are given back here */
    void begin(BodyTransform work, int bodyBytes, long countedBytes) {
        workBytes = countedBytes;
        ByteBuffer memory;
        try {
            memory = take(work, bodyBytes);
        } catch (InferenceException full) {
            giveUp(full.error());
            return;
        } catch (OutOfMemoryError full) {
            giveUp(Serving.noMemory());
            return;
        }
        long held = serving.buffers().settle();
        Cancellation gone = asked.exchange().cancellation();
        Context here = loop.vertx().getOrCreateContext();
        @Nullable
        InferenceError full = parts.transforms().begin(work.kind(), () -> {
            Ended ended = transform(work, memory, gone);
            here.runOnContext(back -> end(ended, memory, held));
            return ended.error == null;
        });
        if (full == null) {
            timer = loop.vertx().setTimer(millisLeft(), late -> {
                answeredAlready = true;
                keptBytes = bodyBytes;
                budget.hold(keptBytes); // before the answer gives them back
                refuse(new InferenceError.DeadlineExceeded(STAGE));
            });
        } else {
            end(new Ended(null, full, 0), memory, held);
        }
    }

    private long millisLeft() {
        return 1
                + Math.max(
                        0,
                        TimeUnit.NANOSECONDS.toMillis(
                                deadlineNanos - parts.ticker().nanos()));
    }

    private ByteBuffer take(BodyTransform work, int bodyBytes) {
        long bytes = work.workBytes();
        if (bytes > budget.maxBytes() - bodyBytes) {
            throw new InferenceException(SizeLimit.of(budget).tooLarge());
        }
        budget.reserve(bytes - workBytes);
        workBytes = bytes;
        if (work.tensorBytes() == 0) {
            return NONE;
        }
        TensorBuffers buffers = serving.buffers();
        buffers.besideBody(bodyBytes + workBytes);
        return buffers.take(work.tensorBytes());
    }

    /** Before it has set out. */
    private void giveUp(InferenceError error) {
        budget.release(serving.buffers().settle());
        endWork();
        refuse(error);
    }

    /** On a thread of the pool. */
    private Ended transform(BodyTransform work, ByteBuffer memory, Cancellation gone) {
        long start = parts.ticker().nanos();
        @Nullable Transformed transformed = null;
        @Nullable InferenceError error = null;
        try {
            if (isGivenUp(gone)) {
                throw new InferenceException(new InferenceError.Cancelled());
            }
            transformed = work.apply(memory, budget, () -> isGivenUp(gone));
        } catch (InferenceException refused) {
            error = refused.error();
        } catch (Throwable failure) { // a machine without the libraries of pictures throws errors, and must answer
            error = Serving.failed(asked.exchange(), failure);
        }
        if (error instanceof InferenceError.Cancelled && !gone.isCancelled()) {
            error = new InferenceError.DeadlineExceeded(STAGE);
        }
        return new Ended(transformed, error, parts.ticker().nanos() - start);
    }

    private boolean isGivenUp(Cancellation gone) {
        return gone.isCancelled() || parts.ticker().nanos() - deadlineNanos >= 0;
    }

    private void end(Ended ended, ByteBuffer memory, long taken) {
        loop.vertx().cancelTimer(timer);
        endWork();
        long held = taken + ended.heldBytes();
        @Nullable Transformed transformed = ended.transformed;
        if (transformed == null || answeredAlready || !asked.exchange().isOpen()) {
            serving.buffers().giveBack(memory);
            budget.release(held);
            if (!answeredAlready) {
                refuse(ended.error == null ? new InferenceError.Cancelled() : ended.error);
            }
            return;
        }
        asked.exchange().transformed(Math.max(1, ended.nanos), transformed.notes());
        serving.infer(asked.exchange(), asked.head(), asked.endpoint(), (by, buffers) -> {
            buffers.resume(held);
            return request(transformed);
        });
    }

    private void endWork() {
        budget.release(workBytes + keptBytes);
        workBytes = 0;
        keptBytes = 0;
    }

    private void refuse(InferenceError error) {
        serving.refuse(asked.exchange(), asked.endpoint().model(), error);
    }

    private DecodedRequest request(Transformed transformed) {
        Description model = asked.endpoint().description();
        return new DecodedRequest(
                transformed.inputs(),
                model.transform().outputs(model.signature()),
                model.signature().batched() ? transformed.rows() : 1,
                null,
                0,
                new AnswerForm(null, List.of(), false));
    }
}

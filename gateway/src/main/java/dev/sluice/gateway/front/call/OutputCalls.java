package dev.sluice.gateway.front.call;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Has answers made of outputs whose making would hold up their front loop: each leaves it for a thread of the pool, and
 * comes back once.
 *
 * <p>Whose client has gone, or whose time is over, when a thread is free is not begun. Whose time is over before it is
 * back is answered so, for a user's own class may never return.
 *
 * @thread confined to one front loop; {@link Call#make} is called on a thread of the pool
 * @bound the outputs and what is made of them, in the budget of bytes; the pool's
 * @errors Overloaded, InvalidRequest for what the budget never has room for, DeadlineExceeded, Cancelled, and those of the
 *     call
 * @owns these bytes of the budget until the answer is back
 */
final class OutputCalls {

    private static final String STAGE = "encode";

    private final TransformPool pool;
    private final ByteBudget budget;
    private final Ticker ticker;
    private final BiConsumer<Answering, InferenceOutcome> made;

    /**
     * One that is out.
     *
     * @thread confined to its front loop
     */
    private static final class Out {
        private long timer;
        private boolean endedAlready;
    }

    /** @param made hears on the loop that the response can be given now, or why it cannot */
    OutputCalls(TransformPool pool, ByteBudget budget, Ticker ticker, BiConsumer<Answering, InferenceOutcome> made) {
        this.pool = pool;
        this.budget = budget;
        this.ticker = ticker;
        this.made = made;
    }

    /**
     * Has it made.
     *
     * @throws InferenceException when it is not begun
     */
    void begin(Answering answering, InferenceResponse response, OutputWork work) {
        long bytes = work.bytes();
        if (bytes > budget.maxBytes()) {
            throw InferenceException.invalid(
                    "outputs",
                    "take " + bytes + " bytes with what is made of them, and " + budget.maxBytes()
                            + " are given to all requests (admission.max_in_flight_bytes); send less at a time");
        }
        Context loop = Objects.requireNonNull(Vertx.currentContext(), "a front loop");
        budget.reserve(bytes);
        Out out = new Out();
        @Nullable
        InferenceError full = pool.begin(TransformPool.Kind.ANSWER, () -> {
            InferenceOutcome outcome = make(answering, response);
            loop.runOnContext(back -> {
                loop.owner().cancelTimer(out.timer);
                budget.release(bytes);
                if (!out.endedAlready) {
                    made.accept(answering, outcome);
                }
            });
            return outcome instanceof InferenceResponse;
        });
        if (full != null) {
            budget.release(bytes);
            throw new InferenceException(full);
        }
        long left = answering.request().deadline().remainingNanos(ticker.nanos());
        out.timer = loop.owner().setTimer(1 + Math.max(0, TimeUnit.NANOSECONDS.toMillis(left)), late -> {
            out.endedAlready = true;
            made.accept(answering, new InferenceError.DeadlineExceeded(STAGE));
        });
    }

    /** On a thread of the pool. */
    private InferenceOutcome make(Answering answering, InferenceResponse response) {
        Cancellation gone = answering.request().cancellation();
        try {
            if (gone.isCancelled()) {
                return new InferenceError.Cancelled();
            }
            if (answering.request().deadline().isExpired(ticker.nanos())) {
                return new InferenceError.DeadlineExceeded(STAGE);
            }
            answering.call().make(answering.endpoint(), response);
            return response;
        } catch (InferenceException refused) {
            return refused.error();
        } catch (Throwable failure) { // nobody else would give the call its end
            return Serving.failed(answering.call(), failure);
        }
    }
}

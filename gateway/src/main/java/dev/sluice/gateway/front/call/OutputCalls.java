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
 * <p>Whose client has gone, or whose time is over, when a thread is free is not begun; its client hears so when it is
 * over, not when a thread is free, nor when a user's own class returns. What has been inferred is not thrown away
 * because memory is short: what is made of it counts, and newcomers wait for it.
 *
 * @thread confined to one front loop; {@link Call#make} is called on a thread of the pool
 * @bound the pool's
 * @errors Overloaded, DeadlineExceeded, Cancelled, and those of the call
 * @owns these bytes of the budget until the answer is back
 */
final class OutputCalls {

    private static final String STAGE = "encode";

    private final TransformPool pool;
    private final ByteBudget budget;
    private final Ticker ticker;
    private final BiConsumer<Answering, InferenceOutcome> made;

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
        Context loop = Objects.requireNonNull(Vertx.currentContext(), "a front loop");
        long bytes = work.bytes();
        budget.hold(bytes);
        InferenceError late = new InferenceError.DeadlineExceeded(STAGE);
        long timer = loop.owner().setTimer(millisLeft(answering), over -> made.accept(answering, late));
        @Nullable
        InferenceError full = pool.begin(work.isUsers() ? TransformPool.Kind.PLUGIN : TransformPool.Kind.ANSWER, () -> {
            InferenceOutcome outcome = make(answering, response);
            loop.runOnContext(back -> {
                budget.release(bytes);
                if (loop.owner().cancelTimer(timer)) {
                    made.accept(answering, outcome);
                }
            });
            return outcome instanceof InferenceResponse;
        });
        if (full != null) {
            loop.owner().cancelTimer(timer);
            budget.release(bytes);
            throw new InferenceException(full);
        }
    }

    private long millisLeft(Answering answering) {
        long nanos = answering.call().deadline().remainingNanos(ticker.nanos());
        return 1 + TimeUnit.NANOSECONDS.toMillis(Math.max(0, nanos));
    }

    /** On a thread of the pool. */
    private InferenceOutcome make(Answering answering, InferenceResponse response) {
        Cancellation gone = answering.request().cancellation();
        try {
            if (gone.isCancelled()) {
                return new InferenceError.Cancelled();
            }
            if (answering.call().deadline().isExpired(ticker.nanos())) {
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

package dev.sluice.gateway.front.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.gateway.transform.TransformOptions;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where answers are made that take long, and what holds them up. */
@ExtendWith(VertxExtension.class)
class OutputCallsTest {

    private static final AnswerForm FORM = new AnswerForm(null, List.of(), false);
    private static final long HOUR = Duration.ofHours(1).toNanos();
    private static final OutputWork MUCH = new OutputWork(1 << 20, 600);
    private static final InferenceResponse RESPONSE =
            new InferenceResponse(Crossing.MODEL, List.of(), new Timing(1, 2, 3, 4, 0));

    private final AtomicLong clock = new AtomicLong();
    private final ByteBudget budget = new ByteBudget(1000);
    private final TransformPool pool = new TransformPool(new TransformOptions(1, 1, 1), clock::get);
    private final Promise<InferenceOutcome> back = Promise.promise();
    private final AtomicReference<Thread> heardOn = new AtomicReference<>();
    private final OutputCalls outputs = new OutputCalls(pool, budget, clock::get, (answering, outcome) -> {
        heardOn.set(Thread.currentThread());
        back.complete(outcome);
    });
    private Context loop;

    @BeforeEach
    void setUp(Vertx vertx) {
        loop = vertx.getOrCreateContext();
    }

    @AfterEach
    void tearDown() {
        pool.close();
    }

    private Answering answering(FakeCall call, Cancellation gone) {
        return answering(call, gone, HOUR);
    }

    private Answering answering(FakeCall call, Cancellation gone, long deadlineNanos) {
        InferenceRequest request = Crossing.request("r", 100, gone);
        call.endsBy(new Deadline(deadlineNanos));
        return new Answering(call, Crossing.ENDPOINT, request, FORM, null, 0);
    }

    private void begin(FakeCall call, Cancellation gone, OutputWork work) {
        Crossing.onLoop(loop, () -> {
            outputs.begin(answering(call, gone), RESPONSE, work);
            return true;
        });
    }

    private InferenceOutcome outcome() {
        InferenceOutcome outcome = Wait.forResult(back.future());
        assertEquals(0, budget.heldBytes());
        assertSame(Crossing.onLoop(loop, Thread::currentThread), heardOn.get());
        return outcome;
    }

    @Test
    void isMadeOnAnotherThreadAndGivenOnTheLoop() {
        AtomicReference<Thread> maker = new AtomicReference<>();
        AtomicLong held = new AtomicLong();
        begin(
                new FakeCall() {
                    @Override
                    protected void make(ModelEndpoint endpoint, InferenceResponse response) {
                        maker.set(Thread.currentThread());
                        held.set(budget.heldBytes());
                    }
                },
                Cancellation.NEVER,
                MUCH);
        assertSame(RESPONSE, outcome());
        assertTrue(
                maker.get().getName().startsWith("sluice-transform-"),
                maker.get().getName());
        assertEquals(600, held.get());
    }

    @Test
    void whatGoesWrongIsTold() {
        begin(
                new FakeCall() {
                    @Override
                    protected void make(ModelEndpoint endpoint, InferenceResponse response) {
                        throw InferenceException.invalid("outputs", "have another shape");
                    }
                },
                Cancellation.NEVER,
                MUCH);
        assertEquals(new InferenceError.InvalidRequest("outputs", "have another shape"), outcome());
    }

    @Test
    void aDefectIsTold() {
        begin(
                new FakeCall() {
                    @Override
                    protected void make(ModelEndpoint endpoint, InferenceResponse response) {
                        throw new StackOverflowError();
                    }
                },
                Cancellation.NEVER,
                MUCH);
        assertEquals(new InferenceError.EngineFailure("r"), outcome());
    }

    /** The one thread is at something else until then. */
    private void block(CountDownLatch go) {
        CountDownLatch begun = new CountDownLatch(1);
        pool.begin(TransformPool.Kind.PICTURE, () -> {
            begun.countDown();
            await(go);
            return true;
        });
        await(begun);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    /** It waits behind another one until its client has gone, or its time is over. */
    private InferenceOutcome whenItHasWaited(Cancellation gone, Runnable meanwhile) {
        CountDownLatch go = new CountDownLatch(1);
        block(go);
        AtomicBoolean begun = new AtomicBoolean();
        begin(
                new FakeCall() {
                    @Override
                    protected void make(ModelEndpoint endpoint, InferenceResponse response) {
                        begun.set(true);
                    }
                },
                gone,
                MUCH);
        meanwhile.run();
        go.countDown();
        InferenceOutcome outcome = outcome();
        assertFalse(begun.get());
        return outcome;
    }

    @Test
    void isNotBegunForAClientThatHasGone() {
        AtomicBoolean gone = new AtomicBoolean();
        assertEquals(new InferenceError.Cancelled(), whenItHasWaited(gone::get, () -> gone.set(true)));
    }

    @Test
    void isNotBegunWhenItsTimeIsOver() {
        assertEquals(
                new InferenceError.DeadlineExceeded("encode"),
                whenItHasWaited(Cancellation.NEVER, () -> clock.set(HOUR)));
    }

    private InferenceError refusal(OutputWork work) {
        return Crossing.onLoop(loop, () -> {
            try {
                outputs.begin(answering(new FakeCall(), Cancellation.NEVER), RESPONSE, work);
                throw new AssertionError("it was begun");
            } catch (InferenceException refused) {
                return refused.error();
            }
        });
    }

    /** Nothing else wakes it: the thread that it waits for is never free before. */
    @Test
    void itsClientHearsWhenItsTimeIsOver() {
        CountDownLatch go = new CountDownLatch(1);
        block(go);
        AtomicBoolean begun = new AtomicBoolean();
        FakeCall call = new FakeCall() {
            @Override
            protected void make(ModelEndpoint endpoint, InferenceResponse response) {
                begun.set(true);
            }
        };
        Crossing.onLoop(loop, () -> {
            outputs.begin(answering(call, Cancellation.NEVER, 1), RESPONSE, MUCH);
            return true;
        });
        assertEquals(new InferenceError.DeadlineExceeded("encode"), Wait.forResult(back.future()));
        assertEquals(600, budget.heldBytes());
        clock.set(1);
        CountDownLatch over = new CountDownLatch(1);
        pool.begin(TransformPool.Kind.ANSWER, () -> {
            loop.runOnContext(behindIt -> over.countDown());
            return false;
        });
        go.countDown();
        await(over);
        assertEquals(0, budget.heldBytes());
        assertFalse(begun.get());
    }

    /** Its run has been spent: newcomers wait until there is room again. */
    @Test
    void isMadeHoweverLittleRoomThereIs() {
        budget.reserve(900);
        CountDownLatch go = new CountDownLatch(1);
        block(go);
        begin(new FakeCall(), Cancellation.NEVER, new OutputWork(1 << 20, 5000));
        assertEquals(5900, budget.heldBytes());
        assertFalse(budget.tryReserve(1));
        go.countDown();
        assertSame(RESPONSE, Wait.forResult(back.future()));
        assertEquals(900, budget.heldBytes());
    }

    @Test
    void isRefusedWhereTooMuchWaits() {
        CountDownLatch go = new CountDownLatch(1);
        block(go);
        while (pool.begin(TransformPool.Kind.ANSWER, () -> true) == null) {
            assertTrue(pool.waiting() <= 32);
        }
        assertInstanceOf(InferenceError.Overloaded.class, refusal(MUCH));
        assertEquals(0, budget.heldBytes());
        go.countDown();
    }
}

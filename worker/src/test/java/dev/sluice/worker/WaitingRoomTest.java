package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.fake.FakeModel;
import dev.sluice.worker.fake.Requests;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who asks a version that is asleep, with its front loops, its batcher and its waking played by the test. */
@ExtendWith(VertxExtension.class)
class WaitingRoomTest {

    private static final ModelId MODEL = Requests.MODEL;
    private static final Signature SIGNATURE = new FakeModel(inputs -> inputs).signature();
    private static final String LEFT = "test.front.left";
    private static final String RIGHT = "test.front.right";
    private static final String BATCHER = "test.batcher";

    private record Wake(BooleanSupplier wanted, Promise<Description> over) {}

    private final BlockingQueue<Wake> wakes = new LinkedBlockingQueue<>();
    private final BlockingQueue<RequestGroup> batcher = new LinkedBlockingQueue<>();
    private final BlockingQueue<OutcomeGroup> left = new LinkedBlockingQueue<>();
    private final BlockingQueue<OutcomeGroup> right = new LinkedBlockingQueue<>();
    private Vertx vertx;
    private WaitingRoom room;
    private String deployment;

    @BeforeEach
    void open(Vertx vertx) throws Exception {
        this.vertx = vertx;
        ReferenceCodec.register(vertx.eventBus());
        vertx.eventBus().<OutcomeGroup>consumer(LEFT, message -> left.add(message.body()));
        vertx.eventBus().<OutcomeGroup>consumer(RIGHT, message -> right.add(message.body()));
        room = new WaitingRoom(
                (model, wanted) -> {
                    assertEquals(MODEL, model);
                    Wake wake = new Wake(wanted, Promise.promise());
                    wakes.add(wake);
                    return wake.over.future();
                },
                Ticker.SYSTEM);
        deployment = result(vertx.deployVerticle(room));
        result(room.open(MODEL, SIGNATURE));
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(30, TimeUnit.SECONDS);
        assertNotNull(next, "nothing came");
        return next;
    }

    private static RequestGroup.Submit submit(long ticket) {
        return submit(ticket, Requests.FAR);
    }

    private static RequestGroup.Submit submit(long ticket, Deadline deadline) {
        return new RequestGroup.Submit(ticket, Requests.of(deadline, ticket));
    }

    private void say(String front, RequestGroup.Entry... entries) {
        vertx.eventBus().send(WaitingRoom.address(MODEL), new RequestGroup(front, Arrays.asList(entries)));
    }

    private void listenAsBatcher() throws Exception {
        result(vertx.eventBus()
                .<RequestGroup>consumer(BATCHER, message -> batcher.add(message.body()))
                .completion());
    }

    private static Description awake(Signature signature) {
        return new Description("fake", signature, List.of(), 4, 1, BATCHER);
    }

    private static List<Long> tickets(RequestGroup group) {
        return group.entries().stream().map(RequestGroup.Entry::ticket).toList();
    }

    private static InferenceError refusal(OutcomeGroup group, long ticket) {
        assertEquals(1, group.entries().size());
        assertEquals(ticket, group.entries().getFirst().ticket());
        return assertInstanceOf(InferenceError.class, group.entries().getFirst().outcome());
    }

    @Test
    void wakesItOnceAndHandsAllOnInTheirOrder() throws Exception {
        listenAsBatcher();
        say(LEFT, submit(1), submit(2));
        Wake wake = next(wakes);
        assertTrue(wake.wanted.getAsBoolean());
        say(RIGHT, submit(7));
        say(LEFT, submit(3), new RequestGroup.Withdraw(2));
        refusal(next(left), 2);
        wake.over.complete(awake(SIGNATURE));

        RequestGroup first = next(batcher);
        RequestGroup second = next(batcher);
        assertEquals(LEFT, first.replyAddress());
        assertEquals(List.of(1L, 3L), tickets(first));
        assertEquals(RIGHT, second.replyAddress());
        assertEquals(List.of(7L), tickets(second));
        assertTrue(wakes.isEmpty());
        assertFalse(wake.wanted.getAsBoolean());
    }

    @Test
    void whoseClientGoesIsLetGoAtOnce() throws Exception {
        say(LEFT, submit(1));
        Wake wake = next(wakes);
        say(LEFT, new RequestGroup.Withdraw(1));
        assertInstanceOf(InferenceError.Cancelled.class, refusal(next(left), 1));
        assertFalse(wake.wanted.getAsBoolean());
    }

    @Test
    void whoComesWhenItWasGivenUpHasItWokenAnew() throws Exception {
        listenAsBatcher();
        say(LEFT, submit(1));
        Wake wake = next(wakes);
        say(LEFT, new RequestGroup.Withdraw(1), submit(2));
        refusal(next(left), 1);
        wake.over.fail(new InferenceException(new InferenceError.Cancelled()));
        next(wakes).over.complete(awake(SIGNATURE));
        assertEquals(List.of(2L), tickets(next(batcher)));
    }

    @Test
    void wordThatAClientHasGoneIsPassedOn() throws Exception {
        listenAsBatcher();
        say(LEFT, submit(1));
        next(wakes).over.complete(awake(SIGNATURE));
        next(batcher);
        say(LEFT, new RequestGroup.Withdraw(1));
        RequestGroup gone = next(batcher);
        assertEquals(LEFT, gone.replyAddress());
        assertEquals(List.of(new RequestGroup.Withdraw(1)), gone.entries());
    }

    @Test
    void nobodyWaitsBeyondItsDeadline() throws Exception {
        say(LEFT, submit(1, new Deadline(Ticker.SYSTEM.nanos() + 20_000_000)));
        InferenceError late = refusal(next(left), 1);
        assertEquals(new InferenceError.DeadlineExceeded("waking"), late);
        assertFalse(next(wakes).wanted.getAsBoolean());
    }

    @Test
    void whyItCannotBeWokenIsToldToAll() throws Exception {
        InferenceError why = new InferenceError.ModelNotReady(MODEL, "broken", 4000);
        say(LEFT, submit(1));
        Wake wake = next(wakes);
        say(RIGHT, submit(2), new RequestGroup.Withdraw(3));
        say(RIGHT, new RequestGroup.Withdraw(2));
        refusal(next(right), 2);
        wake.over.fail(new InferenceException(why));
        assertEquals(why, refusal(next(left), 1));
    }

    @Test
    void whatReadsOtherInputsNowIsNotGivenThem() throws Exception {
        listenAsBatcher();
        say(LEFT, submit(1));
        next(wakes).over.complete(awake(SIGNATURE.withoutBatching()));
        assertInstanceOf(InferenceError.ModelNotReady.class, refusal(next(left), 1));
        assertTrue(batcher.isEmpty());
    }

    @Test
    void whoFellAsleepOnceMoreIsWokenOnceMore() throws Exception {
        say(LEFT, submit(1));
        next(wakes).over.complete(awake(SIGNATURE)); // and nobody listens there
        Wake again = next(wakes);
        listenAsBatcher();
        again.over.complete(awake(SIGNATURE));
        assertEquals(List.of(1L), tickets(next(batcher)));
    }

    @Test
    void whoWaitsIsToldWhenTheVersionGoesAndWhenTheServerStops() throws Exception {
        say(LEFT, submit(1));
        next(wakes);
        result(room.close(MODEL));
        assertInstanceOf(InferenceError.ModelNotReady.class, refusal(next(left), 1));
        result(room.open(MODEL, SIGNATURE));
        say(LEFT, submit(2));
        next(wakes);
        result(vertx.undeploy(deployment));
        assertInstanceOf(InferenceError.Draining.class, refusal(next(left), 2));
    }

    @Test
    void requestsKeepWhatTheyAre() throws Exception {
        listenAsBatcher();
        InferenceRequest request = Requests.by("somebody", 1, Requests.ofIds(5));
        say(LEFT, new RequestGroup.Submit(5, request));
        next(wakes).over.complete(awake(SIGNATURE));
        assertEquals(List.of(new RequestGroup.Submit(5, request)), next(batcher).entries());
    }
}

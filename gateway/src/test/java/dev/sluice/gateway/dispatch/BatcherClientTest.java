package dev.sluice.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageConsumerOptions;
import io.vertx.junit5.VertxExtension;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every way in which the crossing can end, over a real event bus. */
@ExtendWith(VertxExtension.class)
class BatcherClientTest {

    private static final long NOW = 1_000;
    private static final long FAR = NOW + TimeUnit.HOURS.toNanos(1);

    private final FakeTicker ticker = new FakeTicker();

    @BeforeEach
    void setUp(Vertx vertx) {
        ReferenceCodec.register(vertx.eventBus());
        ticker.set(NOW);
    }

    private Future<InferenceOutcome> send(Vertx vertx, InferenceRequest request) {
        return new BatcherClient(vertx.eventBus(), ticker).send(Crossing.ENDPOINT, request);
    }

    private static void serve(Vertx vertx, Handler<Message<InferenceRequest>> handler) {
        Wait.forResult(vertx.eventBus().consumer(Crossing.ADDRESS, handler).completion());
    }

    @Test
    void passesRequestAndOutcomeByReference(Vertx vertx) {
        InferenceResponse response =
                new InferenceResponse(Crossing.MODEL, List.of(), new InferenceResponse.Timing(1, 2, 3));
        AtomicReference<InferenceRequest> arrived = new AtomicReference<>();
        serve(vertx, message -> {
            arrived.set(message.body());
            message.reply(response);
        });
        InferenceRequest request = Crossing.request("r", FAR);
        assertSame(response, Wait.forResult(send(vertx, request)));
        assertSame(request, arrived.get());
    }

    @Test
    void passesErrorsOnAsTheyAre(Vertx vertx) {
        InferenceError error = new InferenceError.InvalidRequest("inputs", "no");
        serve(vertx, message -> message.reply(error));
        assertSame(error, Wait.forResult(send(vertx, Crossing.request("r", FAR))));
    }

    @Test
    void aModelThatNobodyServesIsNotReady(Vertx vertx) {
        InferenceError.ModelNotReady error = assertInstanceOf(
                InferenceError.ModelNotReady.class, Wait.forResult(send(vertx, Crossing.request("r", FAR))));
        assertEquals(Crossing.MODEL, error.model());
    }

    @Test
    void whatHasExpiredIsNotSent(Vertx vertx) {
        AtomicReference<InferenceRequest> arrived = new AtomicReference<>();
        serve(vertx, message -> arrived.set(message.body()));
        Future<InferenceOutcome> future = send(vertx, Crossing.request("r", NOW));
        assertTrue(future.isComplete());
        assertEquals(new InferenceError.DeadlineExceeded("dispatch"), Wait.forResult(future));
        assertEquals(null, arrived.get());
    }

    @Test
    void noAnswerUntilTheDeadlineIsADeadlineExceeded(Vertx vertx) {
        serve(vertx, message -> {});
        AtomicLong looks = new AtomicLong(NOW);
        BatcherClient late = new BatcherClient(vertx.eventBus(), looks::getAndIncrement);
        assertEquals(
                new InferenceError.DeadlineExceeded("queue or execution"),
                Wait.forResult(late.send(Crossing.ENDPOINT, Crossing.request("r", NOW + 1))));
    }

    @Test
    void aConsumerThatFailsIsAnEngineFailure(Vertx vertx) {
        serve(vertx, message -> message.fail(7, "internal detail"));
        assertEquals(new InferenceError.EngineFailure("r"), Wait.forResult(send(vertx, Crossing.request("r", FAR))));
    }

    @Test
    void aFloodedConsumerIsOverloaded(Vertx vertx) {
        List<Message<InferenceRequest>> taken = new ArrayList<>();
        MessageConsumer<InferenceRequest> consumer = vertx.eventBus()
                .consumer(new MessageConsumerOptions()
                        .setAddress(Crossing.ADDRESS)
                        .setLocalOnly(true)
                        .setMaxBufferedMessages(2));
        consumer.pause();
        Wait.forResult(consumer.handler(taken::add).completion());
        List<Future<InferenceOutcome>> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sent.add(send(vertx, Crossing.request("r" + i, FAR)));
        }
        for (int i = 2; i < 5; i++) {
            InferenceError.Overloaded error =
                    assertInstanceOf(InferenceError.Overloaded.class, Wait.forResult(sent.get(i)));
            assertTrue(error.message().contains("echo/1"), error.message());
            assertTrue(error.retryAfterMillis() > 0);
        }
        assertFalse(sent.get(0).isComplete() || sent.get(1).isComplete());
    }
}

package dev.sluice.gateway.front.control;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.junit5.VertxExtension;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class OperationsTest {

    private static final Operator OPERATOR = new Operator(Operator.Api.ADMIN, "127.0.0.1", "somebody", "1");
    private static final ModelCommand LOAD = new ModelCommand.Load("echo");

    private final ModelDirectory models = new ModelDirectory();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private Operations operations;

    @BeforeEach
    void make(Vertx vertx) {
        ReferenceCodec.register(vertx.eventBus());
        AuditLog audit = Wait.forResult(AuditLog.open(AuditLog.NONE, Optional.empty(), vertx, InstantSource.system()));
        operations = new Operations(new ModelCommands(vertx, models), audit, draining::get, () -> stopped.set(true));
    }

    private Future<Outcome> order() {
        return operations.order(LOAD, OPERATOR);
    }

    private static void assertRefused(Class<? extends InferenceError> why, Future<Outcome> order) {
        assertInstanceOf(why, Wait.forResult(order).refusal());
    }

    @Test
    void nobodyIsAskedBeforeTheWorkersListenNorAfter() {
        assertRefused(InferenceError.Starting.class, order());
        models.markComplete();
        assertRefused(InferenceError.Draining.class, order());
    }

    @Test
    void nothingIsChangedInAProcessThatStops(Vertx vertx) {
        models.markComplete();
        Queue<Message<ModelCommand>> asked = new ConcurrentLinkedQueue<>();
        listen(vertx, asked::add);
        draining.set(true);
        assertRefused(InferenceError.Draining.class, order());
        assertTrue(asked.isEmpty());
    }

    @Test
    void commandsUnderWayAreBoundedAndTheirPlacesComeBack(Vertx vertx) {
        models.markComplete();
        Promise<Void> allAreThere = Promise.promise();
        Queue<Message<ModelCommand>> asked = new ConcurrentLinkedQueue<>();
        AtomicBoolean holding = new AtomicBoolean(true);
        listen(vertx, message -> {
            asked.add(message);
            if (!holding.get()) {
                message.reply(new Outcome(null, "done"));
            }
            if (asked.size() == Operations.MOST_AT_ONCE) {
                allAreThere.tryComplete();
            }
        });
        List<Future<Outcome>> orders = new ArrayList<>();
        for (int i = 0; i < Operations.MOST_AT_ONCE; i++) {
            orders.add(order());
        }
        Wait.forResult(allAreThere.future());
        assertRefused(InferenceError.Overloaded.class, order());
        assertRefused(InferenceError.Overloaded.class, order());
        asked.forEach(message -> message.reply(new Outcome(null, "done")));
        for (Future<Outcome> each : orders) {
            assertNull(Wait.forResult(each).refusal());
        }
        holding.set(false);
        assertNull(Wait.forResult(order()).refusal());
    }

    @Test
    void theStopIsNotBegunBeforeTheAnswer() {
        Runnable stop = Wait.forResult(operations.drain(OPERATOR));
        assertFalse(stopped.get());
        stop.run();
        assertTrue(stopped.get());
    }

    private static void listen(Vertx vertx, Handler<Message<ModelCommand>> handler) {
        Wait.forResult(
                vertx.eventBus().localConsumer(ModelCommand.ADDRESS, handler).completion());
    }
}

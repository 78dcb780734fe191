package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.fake.Requests;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The front does not hear of a change: no model stays in memory for that, and none on its way for ever. */
class AnnouncementFaultTest extends ControlFixture {

    private final BlockingQueue<InferenceOutcome> outcomes = new LinkedBlockingQueue<>();

    private @Nullable InferenceOutcome ask() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(30), System.nanoTime());
        RequestGroup.Submit request = new RequestGroup.Submit(1, Requests.of(deadline, 1));
        vertx.eventBus().send(batcher, new RequestGroup("test.front", List.of(request)));
        try {
            return outcomes.poll(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private void listen() {
        vertx.eventBus()
                .<OutcomeGroup>consumer(
                        "test.front", group -> group.body().entries().forEach(entry -> outcomes.add(entry.outcome())));
    }

    @Test
    void whatIsUnloadedUnheardIsUnloadedAllTheSame() throws Exception {
        config("versions: [2]");
        start();
        deafTo.add(ModelState.DRAINING);
        assertNull(told(new ModelCommand.Unload(NAME)).refusal());
        await(() -> states.get(2L) == ModelState.UNLOADED && inMemory.get() == 0);
        assertNull(told(new ModelCommand.Load(NAME)).refusal());
        assertEquals(1, inMemory.get());
    }

    @Test
    void whatFallsAsleepUnheardLeavesMemory() throws Exception {
        config("versions: [2]", "idle_after: 100ms");
        deafTo.add(ModelState.ASLEEP);
        start();
        await(() -> states.get(2L) == ModelState.ASLEEP && inMemory.get() == 0);
    }

    @Test
    void whatIsReadyUnheardIsNotInMemoryTwiceWhenItIsWokenAgain() throws Exception {
        config("versions: [2]", "idle_after: 100ms");
        listen();
        start();
        await(() -> states.get(2L) == ModelState.ASLEEP && inMemory.get() == 0);
        deafTo.add(ModelState.READY);
        assertInstanceOf(InferenceError.ModelNotReady.class, ask());
        await(() -> states.get(2L) == ModelState.ASLEEP && inMemory.get() == 0);
        await(() -> ask() instanceof InferenceResponse); // when it is tried again
        await(() -> inMemory.get() == 0);
    }
}

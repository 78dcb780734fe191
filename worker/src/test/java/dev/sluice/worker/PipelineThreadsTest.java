package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PipelineThreadsTest {

    private static final ModelId MODEL = new ModelId("whole", 1);
    private static final long MEMORY = 1 << 20;

    private final AtomicLong told = new AtomicLong();
    private final BlockingQueue<InferenceOutcome> outcomes = new LinkedBlockingQueue<>();
    private final PipelineThreads threads = new PipelineThreads(
            new PipelineOptions(1, 1, MEMORY),
            new InstanceListener() {
                @Override
                public void pipelineMemory(ModelId model, long changeBytes) {
                    assertEquals(MODEL, model);
                    told.addAndGet(changeBytes);
                }
            },
            System::nanoTime);

    @AfterEach
    void close() {
        threads.close();
    }

    private InferenceOutcome outcome() throws InterruptedException {
        InferenceOutcome outcome = outcomes.poll(30, TimeUnit.SECONDS);
        assertNotNull(outcome, "nothing came");
        return outcome;
    }

    private InferenceOutcome taking(PipelineThreads.Account account, long bytes) {
        return threads.computed(
                room -> {
                    room.take(bytes);
                    return List.of();
                },
                account,
                0);
    }

    @Test
    void memoryIsThereForAllTogetherUntilARequestIsOver() {
        PipelineThreads.Account one = threads.account(MODEL);
        PipelineThreads.Account other = threads.account(MODEL);
        assertInstanceOf(InferenceResponse.class, taking(one, MEMORY - 10));
        InferenceError.Overloaded full = assertInstanceOf(InferenceError.Overloaded.class, taking(other, 11));
        assertTrue(full.message().contains("worker.pipelines.memory"), full.message());
        assertInstanceOf(InferenceResponse.class, taking(other, 10));
        assertEquals(MEMORY, threads.takenBytes());
        assertEquals(MEMORY, told.get());
        one.close();
        one.close();
        assertEquals(10, threads.takenBytes());
        assertInstanceOf(InferenceResponse.class, taking(other, MEMORY - 10));
        other.close();
        assertEquals(0, threads.takenBytes());
        assertEquals(0, told.get());
    }

    @Test
    void whatIsGivenBackBeforeTheEndIsThereForOthers() {
        PipelineThreads.Account one = threads.account(MODEL);
        assertInstanceOf(InferenceResponse.class, taking(one, MEMORY));
        one.give(MEMORY - 10);
        assertEquals(10, threads.takenBytes());
        assertEquals(10, told.get());
        one.close();
        one.give(10);
        assertEquals(0, threads.takenBytes(), "which has been given back with the request");
        assertEquals(0, told.get());
    }

    @Test
    void whatNeverFitsIsNotToBeTriedAgain() {
        assertInstanceOf(InferenceError.InvalidRequest.class, taking(threads.account(MODEL), MEMORY + 1));
        assertEquals(0, threads.takenBytes());
    }

    @Test
    void nothingIsTakenForWhoHasGone() {
        PipelineThreads.Account account = threads.account(MODEL);
        assertFalse(account.isOver());
        account.close();
        assertTrue(account.isOver());
        assertEquals(new InferenceError.Cancelled(), taking(account, 5));
        assertEquals(0, threads.takenBytes());
        assertEquals(0, told.get());
    }

    @Test
    void aDefectIsAFailureAndOtherWorkGoesOn() throws InterruptedException {
        PipelineThreads.Account account = threads.account(MODEL);
        for (Throwable defect : List.of(new IllegalStateException("on purpose"), new OutOfMemoryError("as if"))) {
            threads.compute(room -> thrown(defect), account, outcomes::add);
            assertInstanceOf(InferenceError.EngineFailure.class, outcome());
        }
        threads.compute(room -> List.of(), account, outcomes::add);
        assertInstanceOf(InferenceResponse.class, outcome());
    }

    private static List<Tensor> thrown(Throwable defect) {
        switch (defect) {
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new AssertionError(defect);
        }
    }

    @Test
    void moreThanMayWaitIsRefusedAtOnce() throws InterruptedException {
        PipelineThreads.Account account = threads.account(MODEL);
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        threads.compute(
                room -> {
                    begun.countDown();
                    try {
                        busy.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                    return List.of();
                },
                account,
                outcomes::add);
        begun.await();
        threads.compute(room -> List.of(), account, outcomes::add);
        threads.compute(room -> List.of(), account, outcomes::add);
        assertInstanceOf(InferenceError.Overloaded.class, outcome(), "one runs and one waits");
        busy.countDown();
        assertInstanceOf(InferenceResponse.class, outcome());
        assertInstanceOf(InferenceResponse.class, outcome());
    }
}

package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ModelLifeTest {

    private final ModelLife life = new ModelLife();
    private final AtomicInteger freed = new AtomicInteger();

    @Test
    void whatNobodyCallsIsFreedAtOnceAndOnce() {
        assertEquals("answer", life.call(() -> "answer"));
        life.end("model", freed::incrementAndGet);
        life.end("model", freed::incrementAndGet);
        assertEquals(1, freed.get());
        assertThrows(IllegalStateException.class, () -> life.call(() -> "answer"));
    }

    @Test
    void aCallThatReturnsTooLateFreesTheModel() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<String> returns = new CompletableFuture<>();
        CompletableFuture<Integer> call = CompletableFuture.supplyAsync(() -> life.call(() -> {
            begun.countDown();
            returns.join();
            return freed.get();
        }));
        begun.await();
        Thread.currentThread().interrupt(); // so that it has no patience
        life.end("model", freed::incrementAndGet);
        assertTrue(Thread.interrupted());
        assertEquals(0, freed.get());
        assertThrows(IllegalStateException.class, () -> life.call(() -> "answer"));
        returns.complete("late");
        assertEquals(0, call.join());
        assertEquals(1, freed.get());
    }
}

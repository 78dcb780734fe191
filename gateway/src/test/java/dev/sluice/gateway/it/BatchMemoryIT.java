package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Memory for batches is made once, for the largest there can be, and traffic does not make it grow. */
class BatchMemoryIT {

    private static final int CLIENTS = 200;
    private static final int ROUNDS = 5;
    private static final int MAX_ROWS = 16;

    /** The two inputs and two outputs of sums, each of 4 elements a row. */
    private static final int SUMS_BYTES = MAX_ROWS * 4 * 4 * Integer.BYTES;

    private static double kept(RunningGateway gateway, String model) {
        return gateway.metrics().value("sluice_batch_memory_bytes", "model=\"" + model + "\"");
    }

    private static void round(RunningGateway gateway, int seed) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int[] indexes = new int[(i * 31 + seed) % MAX_ROWS];
            Arrays.fill(indexes, i % 10);
            answers.add(gateway.inferLater("pick", Requests.pick(indexes)));
            answers.add(gateway.inferLater("sums", Requests.sums(i, seed)));
        }
        for (CompletableFuture<Answer> answer : answers) {
            assertEquals(200, Waiting.await(answer).status());
        }
    }

    @Test
    void itIsTheSameAfterEveryRoundOfTraffic() {
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "worker.max_batch_rows=" + MAX_ROWS)) {
            Waiting.until("a batch of several", () -> {
                round(gateway, 0);
                return gateway.metrics().value("sluice_batch_rows_max", "model=\"sums\"") > 1
                        && gateway.metrics().value("sluice_batch_rows_max", "model=\"pick\"") > MAX_ROWS / 2;
            });
            double pick = kept(gateway, "pick");
            assertTrue(pick > 0);
            for (int round = 1; round <= ROUNDS; round++) {
                round(gateway, round);
                assertEquals(pick, kept(gateway, "pick"), "after round " + round);
                assertEquals(SUMS_BYTES, kept(gateway, "sums"), "after round " + round);
            }
        }
    }

    @Test
    void itStaysWithinItsBound() {
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "worker.batch_memory=100B")) {
            round(gateway, 1);
            assertTrue(kept(gateway, "sums") <= 100);
            assertTrue(kept(gateway, "pick") <= 100);
        }
    }
}

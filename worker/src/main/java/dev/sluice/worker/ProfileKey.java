package dev.sluice.worker;

import dev.sluice.worker.digest.FileDigests;
import java.time.Duration;

/**
 * Everything that a model's measured latency depends on: the same key is the same measurement.
 *
 * @param modelHash of the model file's bytes; weights in files beside it change the answers, not the time
 * @param engine its name and version
 * @param batched whether rows were varied
 * @param batchMemory of the instance that it was measured with
 * @param budget how long measuring might take
 * @param machine the processor and how many cores of it there are
 */
record ProfileKey(
        String modelHash,
        String engine,
        int intraOpThreads,
        int maxBatchRows,
        boolean batched,
        long batchMemory,
        Duration budget,
        String machine) {

    /** How a profile is measured and written; to be raised with either. */
    private static final int FORMAT = 1;

    private static final int NAME_CHARACTERS = 32;

    /** Lines that say it all, in ASCII. */
    String text() {
        String text = String.join(
                "\n",
                "sluice profile " + FORMAT,
                "model " + modelHash,
                "engine " + engine,
                "intra_op_threads " + intraOpThreads,
                "max_batch_rows " + maxBatchRows,
                "batched " + batched,
                "batch_memory " + batchMemory,
                "warm_up_budget " + budget,
                "machine " + machine);
        return text.replaceAll("[^\\n -~]", "?") + "\n";
    }

    String fileName() {
        return FileDigests.of(text()).substring(0, NAME_CHARACTERS) + ".profile";
    }
}

package dev.sluice.worker;

import dev.sluice.worker.settings.Setting;

/**
 * What is computed between the stages of pipelines: boxes found among candidates, pieces cut out of pictures, rows that part
 * ways and come together.
 *
 * @param threads that do it; 0 for one for each two cores, for the models want the others
 * @param maxQueue computations that wait for a thread, in the whole process; 256 of some milliseconds each are done within a
 *     second
 * @param memory for what they make, until the requests that it is for are over; 256 MiB, which are 445 coloured pieces of 224
 *     by 224 pixels
 */
public record PipelineOptions(
        @Setting(value = "0", min = "0", max = "256") int threads,
        @Setting(value = "256", min = "1", max = "100000") int maxQueue,

        @Setting(value = "256MiB", min = "1MiB", max = "64GiB", bytes = true)
        long memory) {

    private static final int CORES_EACH = 2;

    int threadCount() {
        return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / CORES_EACH);
    }
}

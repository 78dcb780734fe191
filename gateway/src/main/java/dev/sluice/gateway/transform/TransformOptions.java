package dev.sluice.gateway.transform;

import dev.sluice.worker.settings.Setting;

/**
 * How much is made tensors, and of large outputs what people read, at one time.
 *
 * @param threads that decode pictures, make tokens and work up large outputs; 0 for one for each two cores, for the models want the others
 * @param maxQueue pictures that wait for a thread, in the whole process; 64 of some 10 ms each are answered within a
 *     second by one thread. Where what waits takes less, as texts do, more may, so that all takes no longer; 16 times at most
 * @param maxPixels of a picture, asked of its head before any is decoded; 24 million are what phones take, and are at
 *     most 15 bytes each while their thread decodes them
 */
public record TransformOptions(
        @Setting(value = "0", min = "0", max = "256") int threads,
        @Setting(value = "64", min = "1", max = "100000") int maxQueue,

        @Setting(value = "24000000", min = "1", max = "1000000000")
        long maxPixels) {

    private static final int CORES_EACH = 2;

    int threadCount() {
        return threads > 0 ? threads : Math.max(1, Runtime.getRuntime().availableProcessors() / CORES_EACH);
    }
}

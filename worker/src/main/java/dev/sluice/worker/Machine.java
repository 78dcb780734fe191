package dev.sluice.worker;

import dev.sluice.worker.engine.Processor;

/**
 * What this process runs on.
 *
 * @thread any; reads a file
 */
final class Machine {

    private Machine() {}

    /** Its system, cores and processor, in one line. */
    static String name() {
        int cores = Runtime.getRuntime().availableProcessors();
        return System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", " + cores + " cores, "
                + Processor.name();
    }
}

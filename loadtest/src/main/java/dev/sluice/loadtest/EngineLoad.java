package dev.sluice.loadtest;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that all call one session, each in a loop of its own with batches of the same size.
 *
 * @thread the one that made it; the callers are its own
 * @bound as many calls at once as there are callers
 * @owns the callers' threads; not the session
 */
final class EngineLoad implements AutoCloseable {

    /** What one stretch of load came to. */
    record Result(double imagesPerSecond, double cpuMicrosPerImage) {}

    private final OperatingSystemMXBean process = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    private final int batchRows;
    private final List<EngineCaller> callers = new ArrayList<>();
    private final ExecutorService threads;

    EngineLoad(OrtEnvironment environment, OrtSession session, int callers, int batchRows) throws OrtException {
        this.batchRows = batchRows;
        for (int made = 0; made < callers; made++) {
            this.callers.add(new EngineCaller(environment, session, batchRows));
        }
        this.threads = Executors.newFixedThreadPool(callers);
    }

    /** Calls for that long and counts. CPU time is the whole process's, so nothing else may run in it. */
    Result run(long nanos) throws ExecutionException, InterruptedException {
        long cpuStart = process.getProcessCpuTime();
        long start = System.nanoTime();
        List<Callable<Long>> loops = new ArrayList<>();
        for (EngineCaller caller : callers) {
            loops.add(() -> callUntil(caller, start + nanos));
        }
        long calls = 0;
        for (Future<Long> loop : threads.invokeAll(loops)) {
            calls += loop.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double cpuMicros = (process.getProcessCpuTime() - cpuStart) / 1e3;
        long images = calls * batchRows;
        return new Result(images / seconds, cpuMicros / images);
    }

    private static long callUntil(EngineCaller caller, long end) throws OrtException {
        long calls = 0;
        do {
            caller.call();
            calls++;
        } while (System.nanoTime() - end < 0);
        return calls;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}

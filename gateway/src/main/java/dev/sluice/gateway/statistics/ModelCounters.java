package dev.sluice.gateway.statistics;

import dev.sluice.gateway.front.ModelStatistics;
import dev.sluice.gateway.front.ModelStatistics.BatchSize;
import dev.sluice.gateway.front.ModelStatistics.Total;
import dev.sluice.worker.contract.AnsweredBatch;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The counters of one model version.
 *
 * @thread requests are counted on front loops, batches on the model's batcher loop; read from any
 * @bound {@value #MOST_SIZES} batch sizes apart, since clients choose the rows of a request; batches of further sizes
 *     are counted in the sums alone
 */
final class ModelCounters {

    static final int MOST_SIZES = 256;

    private final LongAdder inferences = new LongAdder();
    private final LongAdder executions = new LongAdder();
    private final TotalCounter success = new TotalCounter();
    private final TotalCounter fail = new TotalCounter();
    private final TotalCounter queue = new TotalCounter();
    private final PhaseCounters phases = new PhaseCounters();
    private final Map<Integer, PhaseCounters> bySize = new ConcurrentSkipListMap<>();
    private volatile long lastInferenceMillis;

    void completed(boolean successful, long nanos) {
        (successful ? success : fail).add(1, nanos);
    }

    void answered(AnsweredBatch batch, long nowMillis) {
        int requests = batch.requests();
        lastInferenceMillis = nowMillis;
        inferences.add(batch.rows());
        executions.increment();
        queue.add(requests, batch.queueNanos());
        phases.add(requests, batch);
        PhaseCounters ofSize = ofSize(batch.rows());
        if (ofSize != null) {
            ofSize.add(1, batch);
        }
    }

    /** A request in pieces, whose batches have been counted with their rows. */
    void joined(long queueNanos, long gatherNanos, long runNanos) {
        queue.add(1, queueNanos);
        phases.add(1, new AnsweredBatch(1, 0, queueNanos, gatherNanos, runNanos, 0));
    }

    private @Nullable PhaseCounters ofSize(int rows) {
        PhaseCounters known = bySize.get(rows);
        if (known == null && bySize.size() < MOST_SIZES) {
            known = bySize.computeIfAbsent(rows, first -> new PhaseCounters());
        }
        return known;
    }

    ModelStatistics read() {
        List<BatchSize> sizes = bySize.entrySet().stream()
                .map(size -> new BatchSize(size.getKey(), size.getValue().read()))
                .toList();
        return new ModelStatistics(
                lastInferenceMillis,
                inferences.sum(),
                executions.sum(),
                success.read(),
                fail.read(),
                queue.read(),
                phases.read(),
                sizes);
    }

    /** How often, and how long in all. */
    private record TotalCounter(LongAdder count, LongAdder nanos) {

        TotalCounter() {
            this(new LongAdder(), new LongAdder());
        }

        void add(int times, long nanosInAll) {
            count.add(times);
            nanos.add(nanosInAll);
        }

        Total read() {
            return new Total(count.sum(), nanos.sum());
        }
    }

    /** The parts of a batch's time; each as often as the other. */
    private record PhaseCounters(LongAdder count, LongAdder input, LongAdder infer, LongAdder output) {

        PhaseCounters() {
            this(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
        }

        void add(int times, AnsweredBatch batch) {
            count.add(times);
            input.add(times * batch.gatherNanos());
            infer.add(times * batch.runNanos());
            output.add(times * batch.splitNanos());
        }

        ModelStatistics.Phases read() {
            long often = count.sum();
            return new ModelStatistics.Phases(
                    new Total(often, input.sum()), new Total(often, infer.sum()), new Total(often, output.sum()));
        }
    }
}

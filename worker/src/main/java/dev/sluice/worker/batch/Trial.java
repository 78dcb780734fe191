package dev.sluice.worker.batch;

import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import java.util.HashSet;
import java.util.Set;

/**
 * One batch before its {@link BatchGate}, the runs of its parts included, should it fail.
 *
 * <p>One of several that fails may have a poisoned request in it, which says nothing of the model. So the verdict waits
 * for the search: as soon as anybody is answered the model works, and only when everybody is out without an answer has
 * the batch failed.
 *
 * @thread owned by the batcher loop
 * @owns the verdict, told exactly once
 */
final class Trial {

    private final BatchGate gate;
    private final long begun;
    private final Set<String> clients;
    private int open;
    private boolean hasRun;
    private boolean failed;
    private boolean failedAlone;
    private boolean excused;
    private boolean told;

    private Trial(BatchGate gate, Batch batch) {
        this.gate = gate;
        this.begun = gate.begin();
        this.clients = clients(batch);
        this.open = batch.size();
    }

    /** To be called for each batch that is about to run; members that run again are on trial already. */
    static void begin(BatchGate gate, Batch batch) {
        if (batch.reason() != FlushReason.RERUN) {
            Trial trial = new Trial(gate, batch);
            batch.members().forEach(member -> member.trial = trial);
        }
    }

    private static Set<String> clients(Batch batch) {
        Set<String> clients = HashSet.newHashSet(batch.size());
        for (InferenceRequest request : batch.requests()) {
            clients.add(request.client());
        }
        return clients;
    }

    /** To be called when a batch, or a part of one, is back and before its members hear of it. */
    static void ended(RunningBatches.Run run, BatchResult result, LatencyModel latency, long nowNanos) {
        Trial trial = run.batch().members().getFirst().trial;
        if (trial != null) {
            long predicted = run.predictedNanos(latency);
            double taken = nowNanos - run.formedNanos();
            trial.came(run.batch(), result, predicted > 0 ? taken / predicted : 0);
        }
    }

    private void came(Batch batch, BatchResult result, double timesExpected) {
        boolean wasFirst = !hasRun;
        hasRun = true;
        switch (result) {
            case BatchResult.Ran ran -> tell(BatchVerdict.ANSWERED, clients(batch), wasFirst ? timesExpected : 0);
            case BatchResult.Withdrawn gone -> tell(BatchVerdict.WITHDRAWN, clients, wasFirst ? timesExpected : 0);
            case BatchResult.Failed(InferenceError why, boolean tooLarge) -> {
                boolean isEngines = why instanceof InferenceError.EngineFailure && !tooLarge;
                boolean isFinal = batch.size() == 1;
                failed |= isEngines;
                failedAlone |= isFinal && isEngines;
                excused |= isFinal && !isEngines;
            }
        }
        if (open == 0) {
            tellFailure(); // nobody has waited for it
        }
    }

    /** A member has its outcome. */
    void left() {
        open--;
        if (hasRun && open == 0) {
            tellFailure();
        }
    }

    private void tellFailure() {
        tell(failedAlone || (failed && !excused) ? BatchVerdict.FAILED : BatchVerdict.IGNORED, clients, 0);
    }

    private void tell(BatchVerdict verdict, Set<String> of, double timesExpected) {
        if (!told) {
            told = true;
            gate.ended(new BatchGate.Ended(begun, verdict, of, timesExpected));
        }
    }
}

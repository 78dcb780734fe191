package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;

/**
 * One measured batch: so many rows took so long.
 *
 * @thread immutable
 */
public record LatencyPoint(int rows, long nanos) {

    /** As the report has it. */
    BatchingReport.Measured measured() {
        return new BatchingReport.Measured(rows, nanos);
    }
}

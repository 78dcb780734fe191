package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchingReport;
import java.util.List;

/**
 * One measured batch: so many rows took so long.
 *
 * @thread immutable
 */
public record LatencyPoint(int rows, long nanos) {

    static List<BatchingReport.Measured> report(List<LatencyPoint> profile) {
        return profile.stream()
                .map(point -> new BatchingReport.Measured(point.rows(), point.nanos()))
                .toList();
    }
}

package dev.sluice.gateway.front;

import dev.sluice.worker.contract.ModelId;

/**
 * Knows what each model has done; the statistics implement it.
 *
 * @thread any
 */
@FunctionalInterface
public interface StatisticsSource {

    /** All zero for a model that has done nothing. */
    ModelStatistics of(ModelId model);
}

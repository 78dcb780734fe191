/**
 * A simulator of batching in virtual time: the production batcher and its rivals under the same arrivals.
 *
 * <p>{@link dev.sluice.worker.batch.sim.Simulation} is the clock and the instances, a
 * {@link dev.sluice.worker.batch.sim.Contender} is whoever decides. {@link dev.sluice.worker.batch.sim.OfflineOracle} knows
 * the future. {@link dev.sluice.worker.batch.sim.SimulationTable} prints the grid.
 */
@NullMarked
package dev.sluice.worker.batch.sim;

import org.jspecify.annotations.NullMarked;

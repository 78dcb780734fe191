/**
 * Which models may stay in memory, and which give way to others: pure decisions, which know neither clocks nor threads.
 *
 * <p>A model that is asleep lies in the repository and takes no memory, but it takes requests: the next one has it
 * loaded again. What is decided here is done by the worker's root package, whose control thread owns all of it.
 *
 * <p>Read {@link dev.sluice.worker.memory.MemoryPolicy} first.
 */
@NullMarked
package dev.sluice.worker.memory;

import org.jspecify.annotations.NullMarked;

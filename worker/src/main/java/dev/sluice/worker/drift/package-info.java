/**
 * What the answers of a version look like: a small sample of each output, taken evenly over time as answers leave.
 *
 * <p>Each {@link dev.sluice.worker.drift.OutputWatch} belongs to one batcher and is asked on its loop. Its {@link
 * dev.sluice.worker.drift.OutputRing}s keep a few thousand numbers each, whatever the traffic. What samples say, compared
 * with others, is found out on the gateway's side.
 *
 * <p>All of it is pure.
 *
 * <p>Read {@link dev.sluice.worker.drift.OutputWatch} first.
 */
@NullMarked
package dev.sluice.worker.drift;

import org.jspecify.annotations.NullMarked;

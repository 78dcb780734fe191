package dev.sluice.worker.batch;

/**
 * One measured batch: so many rows took so long.
 *
 * @thread immutable
 */
public record LatencyPoint(int rows, long nanos) {}

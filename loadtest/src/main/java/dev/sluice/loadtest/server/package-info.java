/**
 * What the server under load says and shows of itself: its metrics page, and its process where that is on this machine.
 *
 * <p>Generator and server often share a machine, so what a request costs is told by the CPU time of the server's process
 * alone, and not by a rate. Memory is told twice: what the kernel holds for the process, which includes whatever the
 * collector has not needed to give back, and what is left of the heap after a collection.
 *
 * <p>Names of metrics are Sluice's and Micrometer's; of another server the figures are missing or zero.
 *
 * <p>Read {@link dev.sluice.loadtest.server.ServerMetrics} first.
 */
@NullMarked
package dev.sluice.loadtest.server;

import org.jspecify.annotations.NullMarked;

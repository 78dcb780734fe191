/**
 * When requests are to be sent: moments that are planned from a seed before a run begins.
 *
 * <p>What comes from the internet does not wait for answers, so its model is a plan that knows nothing of the server. A
 * plan has two parts: the gaps of a renewal process, which say how much arrivals cluster, and an envelope, which says how
 * the rate changes with time. Everything here is pure; the same seed makes the same plan.
 *
 * <p>Read {@link dev.sluice.loadtest.arrivals.Arrivals} first.
 */
@NullMarked
package dev.sluice.loadtest.arrivals;

import org.jspecify.annotations.NullMarked;

/**
 * Results as text for people, as CSV for whoever wants to go on calculating, and as pictures.
 *
 * <p>Pictures are SVG, drawn from the recorded files and from nothing else: what is shown can be checked, and drawn again
 * with {@code ./sluice loadtest plot}. A latency is never told without how many requests it covers, nor a throughput
 * without how many of the answers came in time.
 *
 * <p>Read {@link dev.sluice.loadtest.report.Records} first.
 */
@NullMarked
package dev.sluice.loadtest.report;

import org.jspecify.annotations.NullMarked;

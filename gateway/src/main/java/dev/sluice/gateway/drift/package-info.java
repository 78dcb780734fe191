/**
 * Whether a version still answers as it is known to: samples of its outputs compared with a baseline.
 *
 * <p>The workers' batchers report samples; {@link dev.sluice.gateway.drift.Drift} keeps the newest of each version and knows
 * what to compare it with, and {@link dev.sluice.gateway.drift.Comparison}, which is pure, makes the figures: the population
 * stability index and the Kolmogorov-Smirnov distance. Metrics, operators and the guards of versions on trial ask for them.
 *
 * <p>docs/drift.md says what the figures mean.
 *
 * <p>Read {@link dev.sluice.gateway.drift.Comparison} first.
 */
@NullMarked
package dev.sluice.gateway.drift;

import org.jspecify.annotations.NullMarked;

/**
 * Everything that is measured, under names that stand in one class.
 *
 * <p>The other packages declare listeners and know nothing of Micrometer; here those listeners are implemented, and this
 * is the only package that sees Micrometer.
 *
 * <p>Read {@link dev.sluice.gateway.metrics.MeterNames} first.
 */
@NullMarked
package dev.sluice.gateway.metrics;

import org.jspecify.annotations.NullMarked;

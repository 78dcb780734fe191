/**
 * What {@code ./sluice loadtest} offers: a name for each question that a load test can answer, and how it is asked.
 *
 * <p>Each scenario warms the server up, finds out what it can do unless {@code --capacity} says it, puts it under a load in
 * proportion to that, and judges by goodput: answers in time, as a share of what a perfect server would have answered in
 * time. Refusals that are honest cost goodput but are no failures; anything else is.
 *
 * <p>Read {@link dev.sluice.loadtest.scenario.Scenario} first.
 */
@NullMarked
package dev.sluice.loadtest.scenario;

import org.jspecify.annotations.NullMarked;

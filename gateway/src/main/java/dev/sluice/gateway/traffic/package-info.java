/**
 * How a version is tried on a part of its model's traffic, and what its answers say of it.
 *
 * <p>{@link dev.sluice.gateway.traffic.Traffic} knows, from what the workers report, of which models a version is on trial
 * now. A {@link dev.sluice.gateway.traffic.Split} says for each request who answers it; its {@link
 * dev.sluice.gateway.traffic.Trial} counts what becomes of both sides' requests, and {@link
 * dev.sluice.gateway.traffic.Guard}, which is pure, decides by these counts whether the candidate is sent away or takes over.
 * Decisions are commands like those of operators, so that is the business of {@code front.control}.
 *
 * <p>Read {@link dev.sluice.gateway.traffic.Split} first.
 */
@NullMarked
package dev.sluice.gateway.traffic;

import org.jspecify.annotations.NullMarked;

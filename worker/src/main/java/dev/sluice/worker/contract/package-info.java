/**
 * The values that the gateway side and the worker side share.
 *
 * <p>Everything here is immutable, knows neither Vert.x nor an engine, and depends on the JDK and JSpecify alone: only
 * records, enums, interfaces and exceptions. A value may travel by reference inside a JVM, so whoever hands over a
 * {@link dev.sluice.worker.contract.Tensor} also hands over its memory: see there for who may touch it when.
 *
 * <p>Read {@link dev.sluice.worker.contract.Tensor} first, then {@link dev.sluice.worker.contract.InferenceRequest},
 * then {@link dev.sluice.worker.contract.InferenceOutcome}.
 */
@NullMarked
package dev.sluice.worker.contract;

import org.jspecify.annotations.NullMarked;

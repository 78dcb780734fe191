/**
 * What operators change while the gateway runs, whatever protocol they ask by.
 *
 * <p>{@link dev.sluice.gateway.front.control.Operations} hands each change on, to the worker side or to the process, and
 * completes when it is done; {@link dev.sluice.gateway.front.control.AuditLog} keeps who wanted what and what became of it.
 * The fronts read requests and write answers: {@code front.http} and {@code front.grpc} for Triton's clients,
 * {@code front.admin} for our own.
 *
 * <p>Read {@link dev.sluice.gateway.front.control.Operations} first.
 */
@NullMarked
package dev.sluice.gateway.front.control;

import org.jspecify.annotations.NullMarked;

/**
 * Our own interface for operators, on a listener of its own: which models there are and how they are, and what can be
 * changed while they serve.
 *
 * <p>{@link dev.sluice.gateway.front.admin.AdminVerticle} listens on one loop that reads no inference. {@link
 * dev.sluice.gateway.front.admin.AdminRoutes} says which path goes where; {@link dev.sluice.gateway.front.admin.ModelsView}
 * is what is shown, {@link dev.sluice.gateway.front.admin.ModelChanges} what is changed, and
 * {@link dev.sluice.gateway.front.admin.AuditHandler} what has been. Changes themselves are the business
 * of {@code front.control}.
 *
 * <p>Read {@link dev.sluice.gateway.front.admin.AdminRoutes} first.
 */
@NullMarked
package dev.sluice.gateway.front.admin;

import org.jspecify.annotations.NullMarked;

/**
 * Who may come in: every request passes here once, after it is decoded and before it costs anything further.
 *
 * <p>{@link dev.sluice.gateway.admit.AdmissionControl} answers with a {@link dev.sluice.gateway.admit.Permit} or an error.
 * A permit is released exactly once, by the pipeline, with a {@link dev.sluice.gateway.admit.Verdict}. All front loops
 * share one admission control, so what is counted here is atomic, and nothing else is shared between them.
 *
 * <p>{@link dev.sluice.gateway.admit.RateLimits} holds clients and models to their quotas, and is asked twice: before a
 * request's body is read, and, from here, when its rows are known. {@link dev.sluice.gateway.admit.ModelRoom} says before
 * the body is read whether the model can be done with the request in time.
 *
 * <p>Read {@link dev.sluice.gateway.admit.AdmissionControl} first.
 */
@NullMarked
package dev.sluice.gateway.admit;

import org.jspecify.annotations.NullMarked;

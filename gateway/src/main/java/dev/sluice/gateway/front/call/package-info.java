/**
 * One inference request, the same for every protocol: from what its head says through circuits, quotas, room and the
 * pipeline to its answer.
 *
 * <p>A front makes a {@code Call} of what it hears and leaves the rest to {@code Serving}; it adds a codec and what is
 * particular to its sockets.
 *
 * <p>Read {@link dev.sluice.gateway.front.call.Serving} first.
 */
@NullMarked
package dev.sluice.gateway.front.call;

import org.jspecify.annotations.NullMarked;

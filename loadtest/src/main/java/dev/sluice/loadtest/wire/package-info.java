/**
 * What is sent, and where to: a server's address, what it says of its models, and requests made to fit them.
 *
 * <p>Bodies are made from a model's own metadata, so that any model with numeric inputs can be put under load; a file
 * serves for the others. Everything speaks the Open Inference Protocol and nothing else: no class of the gateway or the
 * worker is used, so other servers of that protocol can be measured in the same way.
 *
 * <p>Read {@link dev.sluice.loadtest.wire.Target} first.
 */
@NullMarked
package dev.sluice.loadtest.wire;

import org.jspecify.annotations.NullMarked;

/**
 * What clients of DJL Serving send and expect, over the pipeline that all fronts share.
 *
 * <p>DJL Serving comes from the same server as TorchServe, so bodies, the form of errors and bare answers are those of
 * {@code front.torchserve}; here are its paths, its words, its classes, and what it tells of models.
 *
 * <p>Read {@link dev.sluice.gateway.front.djl.DjlFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.djl;

import org.jspecify.annotations.NullMarked;

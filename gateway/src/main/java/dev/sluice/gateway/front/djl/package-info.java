/**
 * What clients and operators of DJL Serving send and expect, over the pipeline that all fronts share.
 *
 * <p>Here are its paths, its words for errors, its classes and what it tells of models; what it shares with TorchServe
 * is in {@code front.multimodel}.
 *
 * <p>Read {@link dev.sluice.gateway.front.djl.DjlFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.djl;

import org.jspecify.annotations.NullMarked;

/**
 * What clients and operators of TorchServe send and expect, over the pipeline that all fronts share.
 *
 * <p>Here are its paths, its words for errors, its classes and what it tells of models; what it shares with DJL Serving
 * is in {@code front.multimodel}, and what a body holds is found out in {@code front.http}.
 *
 * <p>Read {@link dev.sluice.gateway.front.torchserve.TorchServeFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.torchserve;

import org.jspecify.annotations.NullMarked;

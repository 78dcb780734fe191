/**
 * What clients of TorchServe send and expect, over the pipeline that all fronts share.
 *
 * <p>What a body holds is found out in {@code front.http}; here are its paths, its words for errors and the form of its
 * answers, which DJL Serving shares in part: both come from the same server. So {@code front.djl} uses what is public
 * here.
 *
 * <p>Read {@link dev.sluice.gateway.front.torchserve.TorchServeFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.torchserve;

import org.jspecify.annotations.NullMarked;

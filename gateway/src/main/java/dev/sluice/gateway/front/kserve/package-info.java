/**
 * What clients of KServe's first protocol send and expect, over the pipeline that all fronts share.
 *
 * <p>The body of a prediction is that of TensorFlow Serving, which KServe took it from, so {@code front.tfs} reads and
 * writes it; paths, states and errors are KServe's own. Nothing explains predictions here, and asking for it is told so.
 *
 * <p>Read {@link dev.sluice.gateway.front.kserve.KserveFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.kserve;

import org.jspecify.annotations.NullMarked;

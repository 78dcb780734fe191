/**
 * The data path as one page of code, the same for every front.
 *
 * <p>Read {@link dev.sluice.gateway.pipeline.InferencePipeline}; there is little else.
 */
@NullMarked
package dev.sluice.gateway.pipeline;

import org.jspecify.annotations.NullMarked;

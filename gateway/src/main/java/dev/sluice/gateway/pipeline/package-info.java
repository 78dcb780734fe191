/**
 * The data path as one page of code, the same for every front.
 *
 * <p>A front decodes a request and hands it over; here it is let in, sent to its model's batcher and, whatever becomes of
 * it, its permit is given back, exactly once. There are no queues here and no clocks.
 *
 * <p>Read {@link dev.sluice.gateway.pipeline.InferencePipeline}; there is little else.
 */
@NullMarked
package dev.sluice.gateway.pipeline;

import org.jspecify.annotations.NullMarked;

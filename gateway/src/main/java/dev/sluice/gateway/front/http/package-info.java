/**
 * HTTP: the Open Inference Protocol (V2) over REST, and the pages beside it.
 *
 * <p>{@link dev.sluice.gateway.front.http.HttpVerticle} runs once on each front loop, all of them on one port.
 * {@link dev.sluice.gateway.front.http.Routes} says which path goes where; {@link dev.sluice.gateway.front.http.InferHandler}
 * is the one that matters: body in, tensors, pipeline, answer out. Every answer leaves through
 * {@link dev.sluice.gateway.front.http.Exchange}, so that refusals all look the same.
 *
 * <p>Read {@link dev.sluice.gateway.front.http.InferHandler} first.
 */
@NullMarked
package dev.sluice.gateway.front.http;

import org.jspecify.annotations.NullMarked;

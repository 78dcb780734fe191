/**
 * What clients of OpenAI's embeddings send and expect, over the pipeline that all fronts share.
 *
 * <p>The body names the model, so it is read before anybody can be asked; from there on a request is one of texts as any
 * other: {@link dev.sluice.gateway.front.http.TransformCalls} has them made tokens, and what comes back is pooled and
 * written here. Nothing else of OpenAI's interface is spoken.
 *
 * <p>Read {@link dev.sluice.gateway.front.openai.OpenAiHandler} first.
 */
@NullMarked
package dev.sluice.gateway.front.openai;

import org.jspecify.annotations.NullMarked;

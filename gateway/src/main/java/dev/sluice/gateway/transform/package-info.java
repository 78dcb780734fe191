/**
 * From pictures, texts and recordings to tensors, and from tensors to labels and vectors, as a model's owner declares it.
 *
 * <p>Everything here is pure but {@link dev.sluice.gateway.transform.TransformPool}, which has the threads that
 * pictures are decoded on, and large outputs worked up: no event loop ever does, and a batch never waits for a picture,
 * because what enters the pipeline is a tensor. A picture is decoded once, by the readers of the JDK, and what is read
 * is resized, turned and normalised on the way into the memory of the tensor: there is no second picture.
 *
 * <p>Read {@link dev.sluice.gateway.transform.ImageTransform} first, {@link dev.sluice.gateway.transform.TextTransform} or
 * {@link dev.sluice.gateway.transform.AudioTransform}.
 */
@NullMarked
package dev.sluice.gateway.transform;

import org.jspecify.annotations.NullMarked;

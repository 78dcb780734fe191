/**
 * What a jar of a user's own says to become part of Sluice: how a body that people send becomes the tensors of a model, and
 * how its outputs become an answer in JSON.
 *
 * <p>A jar registers its classes as services, in {@code META-INF/services}, by the names of these two interfaces; a
 * {@code model.yaml} chooses one by the name that it gives itself. Beside this package a plug-in may rely on {@code
 * Tensor}, {@code DataType}, {@code Shape}, {@code TensorSpec} and {@code Signature} of the contract, on JSpecify's
 * annotations, and on the JDK.
 *
 * <p>Read {@link dev.sluice.worker.transform.InputPlugin} first.
 */
@NullMarked
package dev.sluice.worker.transform;

import org.jspecify.annotations.NullMarked;

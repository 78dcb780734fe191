/**
 * What Amazon SageMaker asks of a container, over the pipeline that all fronts share: {@code /ping},
 * {@code /invocations}, the stream behind {@code /invocations-bidirectional-stream}, and the models of a multi-model
 * endpoint.
 *
 * <p>The contract leaves bodies to containers. Here, tables are read as MLflow has them, {@code instances} and
 * {@code inputs} as TensorFlow Serving has them, CSV as rows without a header, and everything else is what the model's
 * {@code transform} speaks of.
 *
 * <p>Read {@link dev.sluice.gateway.front.sagemaker.SagemakerFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.sagemaker;

import org.jspecify.annotations.NullMarked;

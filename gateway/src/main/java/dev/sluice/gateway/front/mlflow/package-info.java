/**
 * What clients of MLflow's scoring server send and expect, over the pipeline that all fronts share.
 *
 * <p>Its data frames are read by {@code front.rows}, and what it took from TensorFlow Serving by {@code front.tfs};
 * paths, content types and errors are MLflow's own. Its clients name no model, so the one of {@code http.default_model}
 * answers, or the only one that there is, loaded or not.
 *
 * <p>Read {@link dev.sluice.gateway.front.mlflow.MlflowFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.mlflow;

import org.jspecify.annotations.NullMarked;

/**
 * What clients of TensorFlow Serving send and expect: its REST interface, over the pipeline that all fronts share.
 *
 * <p>A request is read in one pass into tensor memory, by the number reader of {@code front.v2}; there is no tree. What
 * does not fit is looked at again, slowly, for the words that TensorFlow Serving has for it. An ONNX model has one
 * signature, {@code serving_default}, with the inputs and outputs of its graph. Admission, quotas, deadlines and
 * metrics are those of {@code front.http.Intake} and hold here as everywhere.
 *
 * <p>Read {@link dev.sluice.gateway.front.tfs.TfsFront} first, then {@link dev.sluice.gateway.front.tfs.PredictDecoder}.
 */
@NullMarked
package dev.sluice.gateway.front.tfs;

import org.jspecify.annotations.NullMarked;

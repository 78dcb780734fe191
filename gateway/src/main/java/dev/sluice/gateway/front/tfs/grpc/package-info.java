/**
 * What clients of TensorFlow Serving send and expect over gRPC: {@code PredictionService} and {@code ModelService}.
 *
 * <p>Streams, messages, deadlines and the way to the pipeline are those of {@code front.grpc}; here is what stands in the
 * messages. Predict, Classify and Regress are read and written by a codec of ours, since generated classes would hold each
 * tensor twice more: elements go from the message into the tensor's memory once, or stay where they are. For all else the
 * messages are generated into {@code front.tfs.grpc.wire}.
 *
 * <p>Read {@link dev.sluice.gateway.front.tfs.grpc.TfsProtocol} first.
 */
@NullMarked
package dev.sluice.gateway.front.tfs.grpc;

import org.jspecify.annotations.NullMarked;

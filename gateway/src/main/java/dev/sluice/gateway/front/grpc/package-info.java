/**
 * The gRPC front: the Open Inference Protocol and Triton's extensions of it, health and reflection.
 *
 * <p>A call is a stream of HTTP/2, so it comes from {@code front.http}, and what holds there for connections holds here.
 * {@code MessageReader} makes messages of what arrives, within bounds; {@code GrpcStream} sends what is answered, and how it
 * ended. Inference is read and written by a codec of ours, since generated classes would hold each tensor twice more; for all
 * else the messages are generated into {@code front.grpc.wire}.
 *
 * <p>Read {@link dev.sluice.gateway.front.grpc.GrpcFront} first.
 */
@NullMarked
package dev.sluice.gateway.front.grpc;

import org.jspecify.annotations.NullMarked;

/**
 * The JSON form of the Open Inference Protocol (V2), both ways: bytes to tensors and tensors to bytes.
 *
 * <p>No tree and no boxing: {@link dev.sluice.gateway.front.v2.InferRequestDecoder} walks the received bytes once with a
 * {@link dev.sluice.gateway.front.v2.JsonCursor} and writes each number straight into the tensor's direct memory;
 * {@link dev.sluice.gateway.front.v2.InferResponseEncoder} writes each number straight into the answer's bytes. The
 * codec knows neither HTTP nor Vert.x routes, so that every front that speaks V2 JSON can use it; protocols with a JSON of
 * their own share the reader of elements, by {@link dev.sluice.gateway.front.v2.GrowingTensor}, and the writer.
 *
 * <p>Read {@link dev.sluice.gateway.front.v2.InferRequestDecoder} first.
 */
@NullMarked
package dev.sluice.gateway.front.v2;

import org.jspecify.annotations.NullMarked;

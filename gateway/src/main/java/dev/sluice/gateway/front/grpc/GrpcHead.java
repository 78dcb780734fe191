package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.front.http.RequestHeads;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;

/**
 * What the metadata of a call say of a request before its tensors: what a proxy may say of any request, and the deadline of
 * gRPC.
 *
 * @thread stateless
 * @errors InvalidRequest that names the header
 */
final class GrpcHead {

    private GrpcHead() {}

    /**
     * The shorter of both times holds.
     *
     * @param timeoutNanos that the client waits; {@link GrpcTimeout#NONE} when it does not say
     * @throws InferenceException InvalidRequest
     */
    static RequestHead of(GrpcStream stream, ModelId model, long timeoutNanos) {
        RequestHead said = RequestHeads.of(stream.request(), model, stream.client());
        if (timeoutNanos == GrpcTimeout.NONE
                || (said.timeoutNanos() != RequestHead.UNSAID && said.timeoutNanos() < timeoutNanos)) {
            return said;
        }
        return new RequestHead(model, said.client(), said.priority(), timeoutNanos);
    }
}

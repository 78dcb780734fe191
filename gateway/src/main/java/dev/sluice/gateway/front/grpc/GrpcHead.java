package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.front.call.Call;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.http.RequestHeads;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import org.jspecify.annotations.Nullable;

/**
 * What the metadata of a call say of a request before its tensors: what a proxy may say of any request, and the deadline of
 * gRPC.
 *
 * @thread stateless
 * @errors InvalidRequest that names the header
 */
final class GrpcHead {

    private static final InferenceError LATE = new InferenceError.DeadlineExceeded("socket");

    private GrpcHead() {}

    /**
     * Why the tensors behind that head are not worth a look: the quotas, a time that is over already, or no room; null to
     * go on.
     */
    static @Nullable InferenceError refusal(Serving serving, Call call, RequestHead head) {
        @Nullable InferenceError refusal = serving.entry(call, head.model());
        if (refusal != null) {
            return refusal;
        }
        long waited = serving.parts().ticker().nanos() - call.startNanos();
        boolean late = head.timeoutNanos() != RequestHead.UNSAID && waited >= head.timeoutNanos();
        return late ? LATE : serving.room(head);
    }

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

package dev.sluice.gateway.pipeline;

import dev.sluice.gateway.admit.Admission;
import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.Permit;
import dev.sluice.gateway.admit.Verdict;
import dev.sluice.gateway.dispatch.BatcherClient;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Takes a decoded request through admission and dispatch to its one outcome.
 *
 * <p>The stages before it (socket, decode) and after it (encode, write) belong to the front; those behind dispatch
 * (enqueue, batch, run, split) to the worker side, which answers with the outcome.
 *
 * @thread confined to one front loop; admission is shared by all of them
 * @errors as outcomes: whatever admission and dispatch say; the future itself never fails
 * @owns the permit of each request, released in this one place
 */
public final class InferencePipeline {

    private final AdmissionControl admission;
    private final BatcherClient batchers;

    private InferencePipeline(AdmissionControl admission, BatcherClient batchers) {
        this.admission = admission;
        this.batchers = batchers;
    }

    /** Opens the data path of the front loop that calls this. */
    public static Future<InferencePipeline> open(Vertx vertx, AdmissionControl admission, Ticker ticker) {
        return BatcherClient.open(vertx, ticker, admission::learn)
                .map(batchers -> new InferencePipeline(admission, batchers));
    }

    public Future<InferenceOutcome> infer(ModelEndpoint endpoint, InferenceRequest request) {
        return switch (admission.admit(request)) {
            case Admission.Refused(InferenceError why) -> Future.succeededFuture(why);
            case Admission.Admitted(Permit permit) -> send(endpoint, request, permit);
        };
    }

    /** Sends a copy of a request that was let in, and that nobody waits for; it is held to no quota. */
    public Future<InferenceOutcome> copy(ModelEndpoint endpoint, InferenceRequest request) {
        return batchers.send(endpoint, request);
    }

    private Future<InferenceOutcome> send(ModelEndpoint endpoint, InferenceRequest request, Permit permit) {
        try {
            return batchers.send(endpoint, request).map(outcome -> released(permit, outcome));
        } catch (RuntimeException | OutOfMemoryError failure) { // without an outcome nobody else would give it back
            permit.release(Verdict.IGNORED);
            throw failure;
        }
    }

    /** Before anybody hears of the outcome, so that whoever does finds the place free. */
    private static InferenceOutcome released(Permit permit, InferenceOutcome outcome) {
        permit.release(verdict(outcome));
        return outcome;
    }

    private static Verdict verdict(InferenceOutcome outcome) {
        return switch (outcome) {
            case InferenceResponse response -> Verdict.SUCCESS;
            case InferenceError.Overloaded overloaded -> Verdict.DROPPED;
            case InferenceError.DeadlineExceeded late -> Verdict.DROPPED;
            case InferenceError.EngineFailure failure -> Verdict.DROPPED;
            case InferenceError.InvalidRequest invalid -> Verdict.IGNORED;
            case InferenceError.Unauthenticated stranger -> Verdict.IGNORED;
            case InferenceError.UnknownModel unknown -> Verdict.IGNORED;
            case InferenceError.UnsupportedMediaType unsupported -> Verdict.IGNORED;
            case InferenceError.Unimplemented unimplemented -> Verdict.IGNORED;
            case InferenceError.PayloadTooLarge tooLarge -> Verdict.IGNORED;
            case InferenceError.Throttled throttled -> Verdict.IGNORED;
            case InferenceError.CircuitOpen open -> Verdict.IGNORED;
            case InferenceError.ModelNotReady notReady -> Verdict.IGNORED;
            case InferenceError.Starting starting -> Verdict.IGNORED;
            case InferenceError.Draining draining -> Verdict.IGNORED;
            case InferenceError.NotKept notKept -> Verdict.IGNORED;
            case InferenceError.Cancelled cancelled -> Verdict.IGNORED;
        };
    }
}

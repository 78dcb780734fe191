package dev.sluice.gateway.front.call;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.pipeline.InferencePipeline;
import dev.sluice.gateway.traffic.Agreement;
import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.traffic.TrafficListener.CopyEnd;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Tensor;
import io.vertx.core.Future;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives copies of requests to a version on trial, and compares what it answers.
 *
 * <p>A copy sets out when its original has been answered, with the original's own tensors, so it costs the client nothing: no
 * time, and no quota. It is of the lowest priority, and none sets out while the server has no room to spare or has just
 * turned somebody away.
 *
 * @thread confined to one front loop
 * @bound {@code traffic.shadow.max_in_flight} for each model, half of the bytes of requests, half of the requests in flight
 * @errors of copies nobody hears but the trial
 * @owns the tensors of a copy and their bytes of the budget, from the end of the original to that of the copy
 */
final class Shadows {

    private static final Logger LOG = LoggerFactory.getLogger(Shadows.class);

    private static final double PERCENT = 100;

    private final InferencePipeline pipeline;
    private final FrontParts parts;
    private final Traffic traffic;
    private final AdmissionControl admission;
    private final ByteBudget budget;
    private final TensorBuffers buffers;

    Shadows(InferencePipeline pipeline, FrontParts parts, TensorBuffers buffers) {
        this.pipeline = pipeline;
        this.parts = parts;
        this.traffic = parts.traffic();
        this.admission = parts.admission();
        this.budget = parts.admission().bodies();
        this.buffers = buffers;
    }

    /**
     * A request that has been answered, to be given to the candidate too.
     *
     * @thread as the class around it
     */
    final class Copy {

        private final Split split;
        private final InferenceRequest request;
        private final InferenceResponse original;
        private final long heldBytes;

        private Copy(Split split, InferenceRequest request, InferenceResponse original, long heldBytes) {
            this.split = split;
            this.request = request;
            this.original = original;
            this.heldBytes = heldBytes;
        }

        /** To be called when the original has been answered. */
        void setOut() {
            try {
                pipeline.copy(split.candidate(), request).onSuccess(this::ended);
            } catch (RuntimeException | OutOfMemoryError failure) {
                LOG.error("a copy of request {} could not set out", request.requestId(), failure);
                ended(new InferenceError.Cancelled());
            }
        }

        private void ended(InferenceOutcome outcome) {
            if (Serving.inputsAreFree(outcome)) {
                request.inputs().forEach(input -> buffers.giveBack(input.data()));
            }
            end(outcome)
                    .otherwise(this::defect) // others of its group must hear theirs
                    .onSuccess(this::settle);
        }

        private CopyEnd defect(Throwable cause) {
            LOG.error("the answer to a copy of request {} could not be compared", request.requestId(), cause);
            return CopyEnd.DROPPED;
        }

        private void settle(CopyEnd end) {
            split.trial().copyEnded();
            budget.release(heldBytes);
            traffic.listener().copied(split.candidate().model(), end);
        }

        private Future<CopyEnd> end(InferenceOutcome outcome) {
            return switch (outcome) {
                case InferenceResponse answer -> {
                    int labels = split.candidate().description().labels().size();
                    Agreement agreement =
                            new Agreement(labels, split.policy().shadow().tolerance());
                    yield parts.agreements()
                            .ask(agreement, original.outputs(), answer.outputs())
                            .map(this::compared);
                }
                case InferenceError error -> {
                    boolean isItsFault = isFaultOfCandidate(error);
                    if (isItsFault) {
                        split.trial().copyFailed();
                    }
                    yield Future.succeededFuture(isItsFault ? CopyEnd.FAILED : CopyEnd.DROPPED);
                }
            };
        }

        private CopyEnd compared(boolean agrees) {
            split.trial().compared(agrees);
            return agrees ? CopyEnd.AGREED : CopyEnd.DIFFERED;
        }

        /** The stable version has answered the same request in its time. */
        private static boolean isFaultOfCandidate(InferenceError error) {
            return error instanceof InferenceError.EngineFailure
                    || error instanceof InferenceError.InvalidRequest
                    || error instanceof InferenceError.DeadlineExceeded
                    || error instanceof InferenceError.CircuitOpen;
        }
    }

    /**
     * The copy of a request that has come to that end, if one is due and there is room for it.
     *
     * @param by who answered it, alone and whole
     * @param tensorBytes of the budget that its tensors take; they belong to the copy, if there is one
     * @return null if there is none
     */
    @Nullable
    Copy of(Call call, ModelEndpoint by, InferenceRequest request, InferenceOutcome outcome, long tensorBytes) {
        @Nullable Split split = call.split();
        if (split == null
                || !split.stable().equals(by)
                || !(outcome instanceof InferenceResponse original)
                || ThreadLocalRandom.current().nextDouble() * PERCENT
                        >= split.policy().shadow().sharePercent()) {
            return null;
        }
        long nowNanos = parts.ticker().nanos();
        long moreBytes = bytes(request, original);
        boolean hasRoom = admission.hasRoomToSpare() && !split.trial().copiesRest(nowNanos);
        if (!hasRoom || !split.trial().beginCopy(split.policy().shadow().maxInFlight())) {
            traffic.listener().copied(split.candidate().model(), CopyEnd.DROPPED);
            return null;
        }
        if (!budget.tryReserve(moreBytes)) {
            split.trial().copyEnded();
            traffic.listener().copied(split.candidate().model(), CopyEnd.DROPPED);
            return null;
        }
        InferenceRequest copy = new InferenceRequest(
                split.candidate().model(),
                request.requestId() + "-copy",
                request.inputs(),
                request.outputs(),
                request.rows(),
                InferenceRequest.PRIORITIES,
                "",
                Deadline.after(
                        parts.admitOptions().shortened(parts.admitOptions().requestTimeout()), nowNanos),
                Cancellation.NEVER);
        return new Copy(split, copy, original, tensorBytes + moreBytes);
    }

    /** What is held longer for the copy and counted nowhere: the answer, and inputs that are views of what came. */
    private static long bytes(InferenceRequest request, InferenceResponse original) {
        long bytes = 0;
        for (Tensor input : request.inputs()) {
            bytes += input.data().isDirect() ? 0 : input.data().capacity();
        }
        for (Tensor output : original.outputs()) {
            bytes += output.byteCount();
        }
        return bytes;
    }
}

package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.CircuitBreakers;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which version answers a request that leaves it open while another one is on trial.
 *
 * <p>A key in the head decides before anything is read; one in the body can only be heard when that has been decoded, which
 * is the same for both versions. While the circuit of the candidate is open it is given nothing, and what it fails the stable
 * version answers, so that all that a bad candidate can do to a client is to cost it time. What the candidate was not given,
 * or called invalid, counts as its failure once the stable version has answered it.
 *
 * @thread confined to one front loop
 */
final class Routing {

    private final FrontParts parts;
    private final Traffic traffic;
    private final CircuitBreakers circuits;
    private final Ticker ticker;

    Routing(FrontParts parts) {
        this.parts = parts;
        this.traffic = parts.traffic();
        this.circuits = parts.models().circuits();
        this.ticker = parts.ticker();
    }

    /**
     * By what its head says.
     *
     * @throws InferenceException UnknownModel, ModelNotReady
     */
    ModelEndpoint byHead(Call call, RequestedModel requested) {
        ModelEndpoint named = requested.in(parts.models());
        @Nullable Split split = requested.version() == null ? traffic.split(requested.name()) : null;
        if (split == null) {
            return named;
        }
        @Nullable String key = call.header(split.policy().keyHeader());
        if (key == null || key.isEmpty()) {
            call.isDivided(split, false);
            return able(call, split, split.byTicket(ThreadLocalRandom.current().nextInt()));
        }
        call.isDivided(split, true);
        return able(call, split, split.byKey(key));
    }

    /** By what its body says, where its head has no key. */
    ModelEndpoint byBody(Call call, ModelEndpoint byHead, @Nullable String key) {
        @Nullable Split split = call.split();
        return split == null || key == null || call.hasKey() || !split.concerns(byHead)
                ? byHead
                : able(call, split, split.byKey(key));
    }

    private ModelEndpoint able(Call call, Split split, ModelEndpoint drawn) {
        boolean isSpared = split.isCandidate(drawn) && circuits.refuses(drawn, ticker.nanos());
        call.isLeftByCandidate(isSpared);
        return isSpared ? split.stable() : drawn;
    }

    /** The version beside which that one is tried; null if it is not. */
    @Nullable
    ModelId besides(ModelId model) {
        @Nullable Split split = traffic.split(model.name());
        return split != null && split.candidate().model().equals(model)
                ? split.stable().model()
                : null;
    }

    /**
     * Who answers what the candidate has failed, calls invalid or has no room for; null if it was not the candidate.
     *
     * @throws InferenceException Overloaded, if the stable version has no room for it either
     */
    @Nullable
    ModelEndpoint rescue(Call call, InferenceRequest request, ModelEndpoint failed, InferenceOutcome outcome) {
        @Nullable Split split = call.split();
        if (split == null || !split.isCandidate(failed)) {
            return null;
        }
        @Nullable
        InferenceError noRoom =
                parts.admission().refusal(request.to(split.stable().model()));
        if (noRoom != null) {
            throw new InferenceException(noRoom);
        }
        if (outcome instanceof InferenceError.InvalidRequest) {
            call.isLeftByCandidate(true); // whose fault that is the stable version says
        } else {
            traffic.listener().rescued(failed.model());
        }
        return split.stable();
    }

    /** There is no room for a request, whichever version was to answer; so there is none for copies. */
    void turnedAway(Call call) {
        @Nullable Split split = call.split();
        if (split != null) {
            split.trial().turnedAway(ticker.nanos());
        }
    }

    /**
     * A request has come to its end at one of those who were asked.
     *
     * @param first whether it is the one that was asked first
     */
    void ended(Call call, ModelEndpoint by, InferenceOutcome outcome, long nanos, boolean first) {
        @Nullable Split split = call.split();
        if (split == null || !split.concerns(by)) {
            return;
        }
        if (first) {
            split.trial().ended(by.model(), outcome, nanos, ticker.nanos());
        }
        boolean isTheStableVersions = !split.isCandidate(by) && outcome instanceof InferenceResponse;
        if (isTheStableVersions && call.isLeftByCandidate()) {
            split.trial().failed();
            traffic.listener().rescued(split.candidateModel());
        }
    }
}

package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.CircuitBreakers;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which version answers a request that leaves it open while another one is on trial.
 *
 * <p>A key in the head decides before anything is read; one in the body can only be heard when that has been decoded, which
 * is the same for both versions. While the circuit of the candidate is open it is given nothing, and what it fails the stable
 * version answers, so that all that a bad candidate can do to a client is to cost it time.
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
            return able(split, split.byTicket(ThreadLocalRandom.current().nextInt()));
        }
        call.isDivided(split, true);
        return able(split, split.byKey(key));
    }

    /** By what its body says, where its head has no key. */
    ModelEndpoint byBody(Call call, ModelEndpoint byHead, @Nullable String key) {
        @Nullable Split split = call.split();
        return split == null || key == null || call.hasKey() || !split.concerns(byHead)
                ? byHead
                : able(split, split.byKey(key));
    }

    private ModelEndpoint able(Split split, ModelEndpoint drawn) {
        return split.isCandidate(drawn) && circuits.refuses(drawn, ticker.nanos()) ? split.stable() : drawn;
    }

    /** The version beside which that one is tried; null if it is not. */
    @Nullable
    ModelId besides(ModelId model) {
        @Nullable Split split = traffic.split(model.name());
        return split != null && split.candidate().model().equals(model)
                ? split.stable().model()
                : null;
    }

    /** Who answers what the candidate has failed; null if it was not the candidate. */
    @Nullable
    ModelEndpoint rescue(Call call, ModelEndpoint failed) {
        @Nullable Split split = call.split();
        if (split == null || !split.isCandidate(failed)) {
            return null;
        }
        traffic.listener().rescued(failed.model());
        return split.stable();
    }

    /** A request has come to its end at the one who was asked first. */
    void ended(Call call, ModelEndpoint by, InferenceOutcome outcome, long nanos) {
        @Nullable Split split = call.split();
        if (split != null && split.concerns(by)) {
            split.trial().ended(by.model(), outcome, nanos, ticker.nanos());
        }
    }
}

package dev.sluice.gateway.admit;

import dev.sluice.gateway.admit.Admission.Admitted;
import dev.sluice.gateway.admit.Admission.Refused;
import dev.sluice.gateway.admit.LimitListener.Scope;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Ticker;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds clients to their quotas, and models to what they may be asked for by all of them together.
 *
 * <p>A request is counted when its head has come, before its body is read, and its rows when they are known. What has
 * been counted stays counted, whatever becomes of the request: it is requests that cost, not answers, and retries most
 * of all. A client's quota comes before its model's, so that whoever is over the one uses up nothing of the other.
 *
 * @thread any; shared by all front loops
 * @errors Throttled for a client's own quota, Overloaded for a model's, InvalidRequest for more rows than either could
 *     ever give
 */
public final class RateLimits {

    /** Models are known by name only once they are loaded, so they are few. */
    private static final int MAX_MODELS = 4096;

    private static final Admission WITHOUT_LIMITS = new Admitted(verdict -> {});

    private final QuotaKeeper clients;
    private final QuotaKeeper models;
    private final Ticker ticker;

    public RateLimits(LimitOptions options, Ticker ticker, LimitListener listener) {
        this.clients = new QuotaKeeper(Scope.CLIENT, QuotaRules.of(options.clients()), options.maxClients(), listener);
        this.models = new QuotaKeeper(Scope.MODEL, QuotaRules.of(options.models()), MAX_MODELS, listener);
        this.ticker = ticker;
    }

    /** Lets a request begin, before its body is read; the permit ends it. */
    public Admission begin(String client, String model) {
        if (clients.limitNothing() && models.limitNothing()) {
            return WITHOUT_LIMITS;
        }
        long now = ticker.nanos();
        @Nullable InferenceError refusal = clients.begin(client, now);
        if (refusal != null) {
            return new Refused(refusal);
        }
        refusal = models.begin(model, now);
        if (refusal != null) {
            clients.leave(client);
            return new Refused(refusal);
        }
        return new Admitted(verdict -> {
            long stayNanos = ticker.nanos() - now;
            clients.end(client, stayNanos);
            models.end(model, stayNanos);
        });
    }

    /** Charges for the rows of a request that has begun; null when they are let through. */
    @Nullable
    InferenceError chargeRows(InferenceRequest request) {
        long now = ticker.nanos();
        @Nullable InferenceError refusal = clients.chargeRows(request.client(), request.rows(), now);
        return refusal != null ? refusal : models.chargeRows(request.model().name(), request.rows(), now);
    }

    /** What a client has left; empty for one that nothing is asked of. */
    public Optional<Standing> standing(String client) {
        return clients.standing(client, ticker.nanos());
    }

    /**
     * Quotas of clients that are not whole, each of which takes memory; to be asked now and then, for it counts them.
     */
    public int quotasInUse() {
        return clients.inDebt(ticker.nanos());
    }
}

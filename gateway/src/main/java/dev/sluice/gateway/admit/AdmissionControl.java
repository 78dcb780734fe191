package dev.sluice.gateway.admit;

import dev.sluice.gateway.admit.Admission.Admitted;
import dev.sluice.gateway.admit.Admission.Refused;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in while the process is open and has room.
 *
 * @thread any; shared by all front loops
 * @bound {@code maxInFlightRequests} permits are out at any time, and {@code maxInFlightBytes} of bodies are held
 * @errors Draining once it is closed, Overloaded at the limit, and those of {@link RateLimits}
 */
public final class AdmissionControl {

    private final ConcurrencyLimit limit;
    private final ByteBudget bodies;
    private final RateLimits rates;
    private volatile Stage stage = Stage.OPEN;

    /** @param rates of the clients and the models, which are kept besides what the process has room for */
    public AdmissionControl(AdmitOptions options, RateLimits rates) {
        this.rates = rates;
        this.limit = new ConcurrencyLimit(options.maxInFlightRequests());
        this.bodies = new ByteBudget(options.bodyBudgetBytes());
    }

    /** What is left for the bodies of requests, which are held before anything can be decided about them. */
    public ByteBudget bodies() {
        return bodies;
    }

    /** What can be known of a request before its body is read. */
    public RateLimits rates() {
        return rates;
    }

    /** Room first, so that nobody pays for rows that there is no room for. */
    public Admission admit(InferenceRequest request) {
        Admission room = room();
        if (room instanceof Admitted) {
            @Nullable InferenceError refusal = rates.chargeRows(request);
            if (refusal != null) {
                limit.release();
                return new Refused(refusal);
            }
        }
        return room;
    }

    private Admission room() {
        if (stage == Stage.CLOSED) {
            return new Refused(new InferenceError.Draining());
        }
        if (!limit.tryAcquire()) {
            return new Refused(new InferenceError.Overloaded(
                    "the server has " + limit.max() + " requests in flight and takes no more",
                    InferenceError.RETRY_SOON_MILLIS));
        }
        return new Admitted(verdict -> limit.release());
    }

    public int inFlight() {
        return limit.inFlight();
    }

    /** Whether clients and balancers are to go elsewhere. */
    public boolean isDraining() {
        return stage != Stage.OPEN;
    }

    /** From now on clients are sent elsewhere; those who come all the same are still let in. */
    public void drain() {
        if (stage == Stage.OPEN) {
            stage = Stage.DRAINING;
        }
    }

    /** Lets nothing more in. */
    public void close() {
        stage = Stage.CLOSED;
    }

    private enum Stage {
        OPEN,
        DRAINING,
        CLOSED
    }
}

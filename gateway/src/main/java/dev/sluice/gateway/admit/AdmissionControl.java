package dev.sluice.gateway.admit;

import dev.sluice.gateway.admit.Admission.Admitted;
import dev.sluice.gateway.admit.Admission.Refused;
import dev.sluice.worker.contract.InferenceError;

/**
 * Lets requests in while the process is open and has room.
 *
 * @thread any; shared by all front loops
 * @bound {@code maxInFlightRequests} permits are out at any time, and {@code maxInFlightBytes} of bodies are held
 * @errors Draining once shutdown has begun, Overloaded at the limit
 */
public final class AdmissionControl {

    private final ConcurrencyLimit limit;
    private final DrainGate gate = new DrainGate();
    private final ByteBudget bodies;

    public AdmissionControl(AdmitOptions options) {
        this.limit = new ConcurrencyLimit(options.maxInFlightRequests());
        this.bodies = new ByteBudget(options.bodyBudgetBytes());
    }

    /** What is left for the bodies of requests, which are held before anything can be decided about them. */
    public ByteBudget bodies() {
        return bodies;
    }

    public Admission admit() {
        if (gate.isClosed()) {
            return new Refused(new InferenceError.Draining());
        }
        if (!limit.tryAcquire()) {
            return new Refused(new InferenceError.Overloaded(
                    "the server has " + limit.max() + " requests in flight and takes no more",
                    InferenceError.RETRY_SOON_MILLIS));
        }
        if (gate.isClosed()) {
            // It closed between the two looks, and perhaps nobody was counted in then.
            leave();
            return new Refused(new InferenceError.Draining());
        }
        return new Admitted(verdict -> leave());
    }

    private void leave() {
        limit.release();
        gate.left(limit::inFlight);
    }

    public int inFlight() {
        return limit.inFlight();
    }

    public boolean isDraining() {
        return gate.isClosed();
    }

    /** Lets nothing more in; {@code whenEmpty} runs once, when the last permit has come back or none is out. */
    public void drain(Runnable whenEmpty) {
        gate.close(whenEmpty);
        gate.left(limit::inFlight);
    }
}

package dev.sluice.gateway.admit;

import dev.sluice.gateway.admit.Admission.Admitted;
import dev.sluice.gateway.admit.Admission.Refused;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests in while the process is open and has room.
 *
 * @thread any; shared by all front loops
 * @bound {@code maxInFlightRequests} permits are out at any time, and {@code maxInFlightBytes} of requests are held
 * @errors Draining once it is closed, Overloaded at the limit, and those of {@link ModelRoom} and {@link RateLimits}
 */
public final class AdmissionControl {

    private final ConcurrencyLimit limit;
    private final MeanStay stays = new MeanStay();
    private final ByteBudget bodies;
    private final RateLimits rates;
    private final Ticker ticker;
    private final long longestNanos;
    private final Map<ModelId, ModelRoom> rooms = new ConcurrentHashMap<>();
    private final LongAdder refusedUnread = new LongAdder();
    private final List<Runnable> whenClosed = new CopyOnWriteArrayList<>();
    private volatile Stage stage = Stage.OPEN;

    /** @param rates of the clients and the models, which are kept besides what the process has room for */
    public AdmissionControl(AdmitOptions options, RateLimits rates, Ticker ticker) {
        this.rates = rates;
        this.ticker = ticker;
        this.longestNanos = options.maxRequestTimeout().toNanos();
        this.limit = new ConcurrencyLimit(options.maxInFlightRequests());
        this.bodies = new ByteBudget(options.bodyBudgetBytes(), stays);
    }

    /** What is left for the bytes of requests, which are held before anything can be decided about them. */
    public ByteBudget bodies() {
        return bodies;
    }

    /** What can be known of a request before its body is read. */
    public RateLimits rates() {
        return rates;
    }

    /** Why the body of that request is not worth reading now; null to read it. */
    public @Nullable InferenceError refusal(RequestHead head) {
        @Nullable InferenceError refusal = room(head.model()).refusal(head);
        if (refusal != null) {
            refusedUnread.increment();
        }
        return refusal;
    }

    /**
     * Takes note of what a request asks for that its head did not say, and decides anew.
     *
     * @return why there is no room for it; null to go on
     */
    public @Nullable InferenceError compare(RequestHead head, InferenceRequest request) {
        return room(head.model()).compare(head, request, ticker.nanos());
    }

    /** Why there is no room for a request that another model was to answer before; null to go on. */
    public @Nullable InferenceError refusal(InferenceRequest request) {
        return room(request.model()).refusal(request, request.deadline().remainingNanos(ticker.nanos()));
    }

    /** Takes note of what a model can do, as its batcher believes. */
    public void learn(ModelId model, Capacity capacity) {
        room(model).learn(capacity);
    }

    /** Room first, so that nobody pays for rows that there is no room for. */
    public Admission admit(InferenceRequest request) {
        @Nullable InferenceError refusal = refusalOfAny();
        if (refusal != null) {
            return new Refused(refusal);
        }
        refusal = rates.chargeRows(request);
        if (refusal != null) {
            limit.release();
            return new Refused(refusal);
        }
        long sinceNanos = ticker.nanos();
        ModelRoom.Stay stay = room(request.model()).enter(request, sinceNanos);
        return new Admitted(verdict -> {
            limit.release();
            long nowNanos = ticker.nanos();
            stays.ended(nowNanos - sinceNanos);
            stay.end(verdict, nowNanos);
        });
    }

    private @Nullable InferenceError refusalOfAny() {
        if (stage == Stage.CLOSED) {
            return new InferenceError.Draining();
        }
        return limit.tryAcquire()
                ? null
                : InferenceError.Overloaded.until(
                        "the server has " + limit.max() + " requests in flight and takes no more", stays.nanos());
    }

    /** Models are known by name only once they are loaded, so there are few. */
    private ModelRoom room(ModelId model) {
        return rooms.computeIfAbsent(model, first -> new ModelRoom(first, longestNanos));
    }

    /** Gives up what has been learned of a model that is not in memory any more. */
    public void forget(ModelId model) {
        rooms.remove(model);
    }

    /** Whether there is as much room left as is taken, for what may as well be left undone. */
    public boolean hasRoomToSpare() {
        return stage == Stage.OPEN
                && limit.inFlight() <= limit.max() / 2
                && bodies.heldBytes() <= bodies.maxBytes() / 2;
    }

    /** Requests that were refused by their heads for want of room. */
    public long refusedUnread() {
        return refusedUnread.sum();
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
        whenClosed.forEach(Runnable::run);
    }

    /** Runs that when nothing more is let in, on whatever thread says so. */
    public void whenClosed(Runnable work) {
        whenClosed.add(work);
    }

    private enum Stage {
        OPEN,
        DRAINING,
        CLOSED
    }
}

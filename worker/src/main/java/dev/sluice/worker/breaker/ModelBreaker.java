package dev.sluice.worker.breaker;

import dev.sluice.worker.batch.BatchGate;
import dev.sluice.worker.batch.BatchVerdict;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker of one model version, fed with batches.
 *
 * <p>resilience4j keeps the window, the rates and the states, and counts how often in a row the circuit has opened. The
 * clock is ours: nobody is asked for a permission in vain, for requests are refused where they come, and the time at
 * which they are taken again is told to the gateway. A batch that ends in another state than it began in says nothing
 * of this one. Whether a batch is slow depends on its rows, so its time is told in units of what was expected.
 *
 * @thread owned by the batcher loop
 * @errors CircuitOpen while it is open
 */
public final class ModelBreaker implements BatchGate {

    /**
     * Hears of each state.
     *
     * @thread called on the batcher loop
     */
    @FunctionalInterface
    public interface Listener {

        /** @param openUntilNanos when requests are taken again, if it is open */
        void changed(CircuitState state, long openUntilNanos);

        /** Which of the model's groups it is the circuit of, for the log; empty if it has one. */
        default String group() {
            return "";
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(ModelBreaker.class);
    private static final double DOUBLED = 2;
    private static final Duration NEVER_SLOW = Duration.ofSeconds(Long.MAX_VALUE / TimeUnit.SECONDS.toNanos(1));

    private final ModelId model;
    private final Ticker ticker;
    private final RandomGenerator random;
    private final Listener listener;
    private final int probes;
    private final double slowFactor;
    private final CircuitBreaker circuit;
    private final Blame blame = new Blame();
    private CircuitState state = CircuitState.CLOSED;
    private long openUntilNanos;

    /** How many states there have been before this one. */
    private long era;

    /** Batches that have begun in this state, without those that turned out to say nothing. */
    private int begun;

    /** @param random spreads the times at which refused clients come back */
    public ModelBreaker(
            ModelId model, BreakerOptions options, Ticker ticker, RandomGenerator random, Listener listener) {
        this.model = model;
        this.ticker = ticker;
        this.random = random;
        this.listener = listener;
        this.probes = options.probes();
        this.slowFactor = options.slowFactor();
        this.circuit = CircuitBreaker.of(model.toString(), config(options));
        circuit.getEventPublisher()
                .onStateTransition(event -> changed(event.getStateTransition().getToState()));
    }

    private CircuitBreakerConfig config(BreakerOptions options) {
        Duration longest =
                options.maxOpenFor().compareTo(options.openFor()) < 0 ? options.openFor() : options.maxOpenFor();
        IntervalFunction wait = IntervalFunction.ofExponentialBackoff(options.openFor(), DOUBLED, longest);
        return CircuitBreakerConfig.custom()
                .slidingWindowSize(options.window())
                .minimumNumberOfCalls(Math.min(options.minBatches(), options.window()))
                .failureRateThreshold(options.failurePercent())
                .slowCallRateThreshold(options.failurePercent())
                .slowCallDurationThreshold(options.slowFactor() > 0 ? expectedTimes(options.slowFactor()) : NEVER_SLOW)
                .permittedNumberOfCallsInHalfOpenState(options.probes())
                .recordResult(BatchVerdict.FAILED::equals)
                .waitIntervalFunctionInOpenState(failures -> openFor(wait.apply(failures)))
                .build();
    }

    private static Duration expectedTimes(double factor) {
        return Duration.ofNanos((long) (factor * TimeUnit.SECONDS.toNanos(1)));
    }

    /** Called when it opens, by who knows how often in a row it has. */
    private long openFor(long millis) {
        openUntilNanos = ticker.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
        return millis;
    }

    @Override
    public @Nullable InferenceError refusal() {
        if (state != CircuitState.OPEN) {
            return null;
        }
        long leftNanos = openUntilNanos - ticker.nanos();
        if (leftNanos <= 0) {
            circuit.transitionToHalfOpenState();
            return null;
        }
        return InferenceError.CircuitOpen.forNanos(model, leftNanos, random);
    }

    @Override
    public CircuitState state() {
        return state;
    }

    @Override
    public long openUntilNanos() {
        return openUntilNanos;
    }

    @Override
    public boolean mayRun() {
        return !isProbing() || begun < probes;
    }

    @Override
    public long begin() {
        begun++;
        circuit.tryAcquirePermission();
        return era;
    }

    @Override
    public void ended(Ended batch) {
        boolean says =
                switch (batch.verdict()) {
                    case ANSWERED -> true;
                    case FAILED -> !blame.isOn(batch.clients());
                    case WITHDRAWN -> isSlow(batch);
                    case IGNORED -> false;
                };
        note(batch);
        if (batch.begun() != era) {
            return;
        }
        if (says) {
            long time = expectedTimes(batch.timesExpected()).toNanos();
            circuit.onResult(time, TimeUnit.NANOSECONDS, batch.verdict());
        } else {
            begun--;
            circuit.releasePermission();
        }
    }

    /** What was ended early has taken at least that long. */
    private boolean isSlow(Ended batch) {
        return slowFactor > 0 && batch.timesExpected() > slowFactor;
    }

    private void note(Ended batch) {
        switch (batch.verdict()) {
            case ANSWERED -> blame.answered(batch.clients());
            case FAILED -> blame.failed(batch.clients());
            case WITHDRAWN, IGNORED -> {}
        }
    }

    private void changed(CircuitBreaker.State next) {
        state = switch (next) {
            case CLOSED -> CircuitState.CLOSED;
            case OPEN -> CircuitState.OPEN;
            case HALF_OPEN -> CircuitState.HALF_OPEN;
            case DISABLED, FORCED_OPEN, METRICS_ONLY -> throw new IllegalStateException("nobody asks for " + next);
        };
        era++;
        begun = 0;
        log();
        listener.changed(state, openUntilNanos);
    }

    private void log() {
        CircuitBreaker.Metrics batches = circuit.getMetrics();
        String where = listener.group().isEmpty() ? model.toString() : model + " (group " + listener.group() + ")";
        switch (state) {
            case CLOSED -> LOG.info("the circuit of model {} is closed: {} probes were answered", where, probes);
            case OPEN ->
                LOG.warn(
                        "the circuit of model {} is open for {} ms: of the last {} batches {} failed and {} were slow",
                        where,
                        TimeUnit.NANOSECONDS.toMillis(openUntilNanos - ticker.nanos()),
                        batches.getNumberOfBufferedCalls(),
                        batches.getNumberOfFailedCalls(),
                        batches.getNumberOfSlowCalls());
            case HALF_OPEN -> LOG.info("the circuit of model {} is half open: {} requests are tried", where, probes);
        }
    }
}

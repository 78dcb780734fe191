package dev.sluice.worker;

import dev.sluice.worker.breaker.ModelBreaker;
import dev.sluice.worker.contract.CircuitState;
import java.util.ArrayList;
import java.util.List;

/**
 * The circuit of a model, made of those of its groups: a group whose batches fail is left alone, and the model's circuit
 * is open only while those of all are.
 *
 * @thread the batcher loop of the model, once all groups are there
 */
final class GroupCircuits {

    private record Circuit(CircuitState state, long openUntilNanos) {}

    private static final Circuit CLOSED = new Circuit(CircuitState.CLOSED, 0);

    private final ModelBreaker.Listener model;
    private final List<Circuit> circuits = new ArrayList<>();
    private Circuit told = CLOSED;

    /** @param model hears of each state of the whole, the first one included */
    GroupCircuits(ModelBreaker.Listener model) {
        this.model = model;
    }

    /** Hears of one more group's circuit. */
    ModelBreaker.Listener next() {
        int group = circuits.size();
        if (group == 0) {
            model.changed(CLOSED.state, CLOSED.openUntilNanos);
        }
        circuits.add(CLOSED);
        return (state, openUntilNanos) -> {
            circuits.set(group, new Circuit(state, openUntilNanos));
            tell();
        };
    }

    private void tell() {
        Circuit now = circuits.getFirst();
        for (Circuit other : circuits) {
            now = isBetter(other, now) ? other : now;
        }
        if (!now.equals(told)) {
            told = now;
            model.changed(now.state, now.openUntilNanos);
        }
    }

    private static boolean isBetter(Circuit one, Circuit other) {
        return one.state == other.state
                ? one.state == CircuitState.OPEN && one.openUntilNanos - other.openUntilNanos < 0
                : rank(one.state) < rank(other.state);
    }

    private static int rank(CircuitState state) {
        return switch (state) {
            case CLOSED -> 0;
            case HALF_OPEN -> 1;
            case OPEN -> 2;
        };
    }
}

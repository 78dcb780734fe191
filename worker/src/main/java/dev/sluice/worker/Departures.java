package dev.sluice.worker;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The versions that are sent nothing new and finish what they have.
 *
 * @thread the control thread
 * @owns their memory, which is freed when they have, or when this is closed
 */
final class Departures {

    private final Duration patience;
    private final Set<ServedModel> leaving = new LinkedHashSet<>();

    /** @param patience longest time that each has */
    Departures(Duration patience) {
        this.patience = patience;
    }

    /** Returns when its memory is free. */
    void of(ServedModel served) {
        leaving.add(served);
        served.drain(patience);
        served.close();
        leaving.remove(served);
    }

    /** Frees the memory of all; nobody waits for them any more. */
    void close() {
        List.copyOf(leaving).forEach(ServedModel::close);
    }
}

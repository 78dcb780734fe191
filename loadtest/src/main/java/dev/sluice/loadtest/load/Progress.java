package dev.sluice.loadtest.load;

import java.util.List;

/**
 * Hears every few seconds how far a run has come.
 *
 * @thread the event loop of the run
 */
@FunctionalInterface
public interface Progress {

    void at(double seconds, List<Tally> tallies);
}

package dev.sluice.worker.batch;

/**
 * The search for whoever made a batch fail, among those who were in it.
 *
 * <p>Halves of what failed run again, and halves of those that fail, until the culprit has failed alone. With one
 * culprit that takes two runs for each halving, and so much a search may cost: with more of them it gets expensive, up
 * to twice as many runs as members. So when the budget is spent, whoever is still suspected runs alone.
 *
 * @thread owned by the batcher loop
 * @bound 2 (ceil(log2 members) - 1) runs of several together, and one alone for each member
 */
final class Search {

    private int runsLeft;

    Search(int members) {
        int halvings = Integer.SIZE - Integer.numberOfLeadingZeros(members - 1);
        this.runsLeft = 2 * Math.max(0, halvings - 1);
    }

    /** Pays for that many runs of several together; false when the budget does not reach that far. */
    boolean pays(int runs) {
        if (runs > runsLeft) {
            return false;
        }
        runsLeft -= runs;
        return true;
    }
}

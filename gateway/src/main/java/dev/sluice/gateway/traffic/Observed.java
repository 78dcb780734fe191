package dev.sluice.gateway.traffic;

/**
 * What has been counted of both sides until now.
 *
 * @param compared answers to copies, and those of them that differed
 * @thread immutable
 */
record Observed(Counts stable, Counts candidate, Share compared) {

    static final Observed NOTHING = new Observed(Counts.NONE, Counts.NONE, new Share(0, 0));

    /** What has come since that. */
    Observed since(Observed before) {
        Share added = new Share(compared.some() - before.compared.some(), compared.all() - before.compared.all());
        return new Observed(stable.since(before.stable), candidate.since(before.candidate), added);
    }
}

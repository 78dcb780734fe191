package dev.sluice.gateway.traffic;

/**
 * What has been counted of both sides until now.
 *
 * @param compared copies that were answered or failed, and those of them that differed
 * @param copiesFailed those of them that failed
 * @thread immutable
 */
record Observed(Counts stable, Counts candidate, Share compared, long copiesFailed) {

    static final Observed NOTHING = new Observed(Counts.NONE, Counts.NONE, new Share(0, 0), 0);

    /** What has come since that. */
    Observed since(Observed before) {
        Share added = new Share(compared.some() - before.compared.some(), compared.all() - before.compared.all());
        return new Observed(
                stable.since(before.stable),
                candidate.since(before.candidate),
                added,
                copiesFailed - before.copiesFailed);
    }

    /** What the candidate failed of all that it was given: its requests and its copies. */
    Share failedByCandidate() {
        return new Share(candidate.failures() + copiesFailed, candidate.requests() + compared.all());
    }
}

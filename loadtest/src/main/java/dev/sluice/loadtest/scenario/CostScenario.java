package dev.sluice.loadtest.scenario;

import java.io.IOException;

/** What a load costs the server: its CPU time, its memory, and what clients do to one another. */
enum CostScenario implements Scenario {
    PROTOCOLS(session -> new ProtocolCosts(session).compare()),
    IDLE_STREAMS(session -> new MemoryCosts(session).idleStreams()),
    SLOW_READER(session -> new SlowReaderCosts(session).compare()),
    MEMORY(session -> new MemoryCosts(session).overload()),
    PICTURES(session -> new PictureCosts(session).stalls());

    private interface Costs {
        Verdict of(Session session) throws IOException, InterruptedException;
    }

    @SuppressWarnings("ImmutableEnumChecker") // only ever a lambda without state
    private final Costs costs;

    CostScenario(Costs costs) {
        this.costs = costs;
    }

    @Override
    public Verdict run(Session session) throws IOException, InterruptedException {
        session.requireHttp(this);
        return costs.of(session);
    }
}

package dev.sluice.loadtest.scenario;

import java.io.IOException;

/** What the open-loop generator runs; each but the first records windows or curves. */
enum GeneratorScenario implements Scenario {
    CAPACITY(GeneratedLoads::capacity),
    OPEN(GeneratedLoads::open),
    CURVE(GeneratedLoads::curve),
    SERVER(GeneratedLoads::server),
    STEP(GeneratedLoads::step),
    TENANTS(GeneratedLoads::tenants),
    CRITICAL(GeneratedLoads::critical),
    RETRIES(GeneratedLoads::retries);

    private interface Loads {
        Verdict run(GeneratedLoads loads) throws IOException;
    }

    @SuppressWarnings("ImmutableEnumChecker") // only ever a method reference or a lambda without state
    private final Loads loads;

    GeneratorScenario(Loads loads) {
        this.loads = loads;
    }

    @Override
    public Verdict run(Session session) throws IOException {
        return loads.run(new GeneratedLoads(session, session.capacity()));
    }
}

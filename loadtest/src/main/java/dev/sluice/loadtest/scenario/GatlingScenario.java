package dev.sluice.loadtest.scenario;

import io.gatling.app.Gatling$;
import java.nio.file.Path;

/** What Gatling runs, in the order in which one gets to know a server; each leaves an HTML report. */
enum GatlingScenario implements Scenario {
    SMOKE(SimulatedLoads::smoke),
    STEADY(loads -> loads.stages(0.8)),
    RAMP(SimulatedLoads::ramp),
    SPIKE(loads -> loads.stages(0.5, 3, 0.5)),
    OVERLOAD(loads -> loads.stages(2, 5, 10)),
    SOAK(loads -> loads.stages(0.5)),
    MIXED(SimulatedLoads::mixed),
    PRIORITIES(SimulatedLoads::priorities),
    AGGRESSOR(SimulatedLoads::aggressor),
    RETRY_STORM(SimulatedLoads::retryStorm),
    STREAMS(SimulatedLoads::streams);

    private interface Loads {
        SimulationPlan of(SimulatedLoads loads) throws InterruptedException;
    }

    private static final int PASSED = 0;
    private static final int ASSERTIONS_FAILED = 2;

    @SuppressWarnings("ImmutableEnumChecker") // only ever a method reference or a lambda without state
    private final Loads loads;

    GatlingScenario(Loads loads) {
        this.loads = loads;
    }

    /** Gatling prints progress and the path of its report itself. */
    @Override
    public Verdict run(Session session) throws InterruptedException {
        session.requireHttp(this);
        Path folder = session.folder(label());
        SimulationPlan plan = loads.of(new SimulatedLoads(session, session.capacity()));
        String[] arguments = {
            "--simulation", plan.handOver().getName(),
            "--results-folder", folder.toString(),
            "--run-description", label()
        };
        int status = Gatling$.MODULE$.fromArgs(arguments);
        return switch (status) {
            case PASSED -> Verdict.PASSED;
            case ASSERTIONS_FAILED -> Verdict.FAILED;
            default -> throw new IllegalStateException("Gatling ended with status " + status);
        };
    }
}

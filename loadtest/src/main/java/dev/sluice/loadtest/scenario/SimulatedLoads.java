package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.load.Retries;
import dev.sluice.loadtest.wire.Discovery;
import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.InferCalls;
import dev.sluice.loadtest.wire.ModelInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * The loads of Gatling's scenarios, each in proportion to the capacity.
 *
 * @thread the main thread
 */
final class SimulatedLoads {

    private static final double SMOKE_PER_SECOND = 10;
    private static final double QUIET = 0.05;
    private static final double AGGRESSION = 100;
    private static final int PRIORITIES = 4;

    private final Settings settings;
    private final ModelInfo model;
    private final InferCall call;
    private final double capacity;
    private final double seconds;

    SimulatedLoads(Session session, double capacity) {
        this.settings = session.settings();
        this.model = session.model();
        this.call = session.call();
        this.capacity = capacity;
        this.seconds = settings.lengthNanos() / 1e9;
    }

    Simulated smoke() {
        Stage stage = Stage.constant(SMOKE_PER_SECOND, seconds);
        return together(
                load("json", calls(model, 0).json(), stage),
                load("binary", calls(model, 0).binary(), stage));
    }

    /** Stages of the same length, each at that multiple of the capacity. */
    Simulated stages(double... multiples) {
        Stage[] stages = new Stage[multiples.length];
        for (int i = 0; i < stages.length; i++) {
            stages[i] = Stage.constant(multiples[i] * capacity, seconds / multiples.length);
        }
        return together(load("infer", stages));
    }

    Simulated ramp() {
        return together(load("infer", new Stage(0.1 * capacity, 1.5 * capacity, seconds)));
    }

    /** Each model in the same shares, whatever it costs: half of what the model asked for could do may be too much. */
    Simulated mixed() throws InterruptedException {
        Discovery discovery = new Discovery(settings.target());
        List<String> names = discovery.readyModels();
        Stage share = Stage.constant(0.5 * capacity / (2 * names.size()), seconds);
        List<SimulatedLoad> loads = new ArrayList<>();
        for (String name : names) {
            InferCalls calls = calls(discovery.model(name), 0);
            loads.add(load(name + " json", calls.json(), share));
            loads.add(load(name + " binary", calls.binary(), share));
        }
        return together(loads.toArray(SimulatedLoad[]::new));
    }

    Simulated priorities() {
        SimulatedLoad[] loads = new SimulatedLoad[PRIORITIES];
        for (int priority = 1; priority <= PRIORITIES; priority++) {
            Stage stage = Stage.constant(2 * capacity / PRIORITIES, seconds);
            SimulatedLoad load =
                    load("priority " + priority, calls(model, priority).json(), stage);
            loads[priority - 1] = priority == 1 ? load : load.unjudged();
        }
        return together(loads);
    }

    /** Only the quiet tenant is judged: what the aggressor gets is the server's policy. */
    Simulated aggressor() {
        Stage quiet = Stage.constant(QUIET * capacity, seconds);
        Stage aggressor = Stage.constant(AGGRESSION * QUIET * capacity, seconds);
        return simulated(
                0,
                load("quiet", call.with(settings.clientHeader(), "quiet"), quiet),
                load("aggressor", call.with(settings.clientHeader(), "aggressor"), aggressor)
                        .unjudged());
    }

    Simulated retryStorm() {
        Stage half = Stage.constant(capacity, seconds);
        return together(
                load("polite", half).unjudged().retrying(Retries.HONOUR),
                load("impatient", half).unjudged().retrying(Retries.IGNORE));
    }

    /** Half the capacity, over a WebSocket for each connection asked for. */
    SimulatedStreams streams() {
        return new SimulatedStreams(
                settings.target(),
                calls(model, 0).streamed(call),
                settings.patienceNanos(),
                settings.connections(),
                0.5 * capacity,
                seconds,
                settings.leastGoodput());
    }

    private InferCalls calls(ModelInfo asked, int priority) {
        return new InferCalls(asked, settings.deadlineNanos() / 1000, priority);
    }

    private SimulatedLoad load(String name, Stage... stages) {
        return load(name, call, stages);
    }

    private SimulatedLoad load(String name, InferCall call, Stage... stages) {
        double expected = settings.leastGoodput() * achievable(List.of(stages));
        return new SimulatedLoad(name, call, Retries.NONE, List.of(stages), expected);
    }

    /** Loads that are judged by their goodput together as well, against what they ask for or what there is. */
    private Simulated together(SimulatedLoad... loads) {
        double askedFor = 0;
        for (SimulatedLoad load : loads) {
            askedFor += achievable(load.stages());
        }
        return simulated(settings.leastGoodput() * Math.min(askedFor, capacity * seconds), loads);
    }

    private double achievable(List<Stage> stages) {
        return stages.stream().mapToDouble(stage -> stage.achievable(capacity)).sum();
    }

    private Simulated simulated(double expected, SimulatedLoad... loads) {
        return new Simulated(
                settings.target(), settings.deadlineNanos(), settings.patienceNanos(), List.of(loads), expected);
    }
}

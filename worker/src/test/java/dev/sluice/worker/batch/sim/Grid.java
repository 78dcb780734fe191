package dev.sluice.worker.batch.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plays every contender in a scenario, over several seeds, and keeps what share of the requests each served in time. */
final class Grid {

    static final List<Scenario.Model> MODELS = List.of(
            Scenario.Model.ofMillis(2, 0.1, 64, 20),
            Scenario.Model.ofMillis(5, 1, 32, 100),
            Scenario.Model.ofMillis(0.5, 4, 8, 50),
            Scenario.Model.ofMillis(0.2, 0.02, 256, 5));

    static final double[] LOADS = {0.1, 0.5, 0.8, 0.95, 1.2, 2, 5, 10};

    /** As they come: greedy as Triton without a delay, the fixed timeout as Ray Serve, the others as their papers. */
    static final Map<String, Contender.Maker> RIVALS = new LinkedHashMap<>();

    static {
        RIVALS.put(
                "greedy",
                simulation -> new StaticBatching(
                        simulation, simulation.scenario().model().maxRows(), 0));
        RIVALS.put("10 rows, 10 ms", StaticBatching.with(10, 10_000_000));
        RIVALS.put("AIMD", AimdBatching::new);
        RIVALS.put("regression", RegressionBatching::asItComes);
    }

    private static final double[] DELAYS = {0, 0.05, 0.1, 0.2, 0.4};

    /**
     * Shares of the requests served in time.
     *
     * @param oracle of whoever knows the future; NaN where it does not know
     * @param bestStatic of the best fixed maximum and delay in hindsight
     */
    record Cell(
            Scenario scenario,
            double sluice,
            double heldNanos,
            double oracle,
            double bestStatic,
            double toldRegression,
            Map<String, Double> rivals) {

        double ofOracle() {
            return sluice / oracle;
        }

        double ofBestStatic() {
            return sluice / bestStatic;
        }

        double rival(String name) {
            return rivals.getOrDefault(name, Double.NaN);
        }

        /** The best of the rivals' defaults. */
        double bestRival() {
            return rivals.values().stream().mapToDouble(share -> share).max().orElseThrow();
        }
    }

    private Grid() {}

    static Cell play(Scenario first, int seeds) {
        double sluice = 0;
        double held = 0;
        double oracle = 0;
        double told = 0;
        double[] statics = new double[statics(first.model()).size()];
        Map<String, Double> rivals = new LinkedHashMap<>();
        for (int seed = 0; seed < seeds; seed++) {
            Scenario scenario = first.withSeed(first.seed() + seed);
            long[] moments = scenario.moments();
            double weight = 1.0 / seeds / moments.length;
            Simulation.Score score = Simulation.play(scenario, moments, SluiceBatching::profiled);
            sluice += score.inTime() * weight;
            held += score.heldNanos();
            oracle += scenario.isSingle() && moments.length <= OfflineOracle.MOST_REQUESTS
                    ? OfflineOracle.mostInTime(scenario.model(), moments) * weight
                    : Double.NaN;
            told += Simulation.play(scenario, moments, RegressionBatching::toldTheDeadline)
                            .inTime()
                    * weight;
            List<Contender.Maker> fixed = statics(scenario.model());
            for (int i = 0; i < statics.length; i++) {
                statics[i] += Simulation.play(scenario, moments, fixed.get(i)).inTime() * weight;
            }
            RIVALS.forEach((name, maker) ->
                    rivals.merge(name, Simulation.play(scenario, moments, maker).inTime() * weight, Double::sum));
        }
        double best = 0;
        for (double share : statics) {
            best = Math.max(best, share);
        }
        return new Cell(first, sluice, held, oracle, best, told, rivals);
    }

    private static List<Contender.Maker> statics(Scenario.Model model) {
        List<Contender.Maker> all = new ArrayList<>();
        for (int maxRows = 1; maxRows <= model.maxRows(); maxRows *= 2) {
            for (double delay : DELAYS) {
                all.add(StaticBatching.with(maxRows, Math.round(delay * model.deadlineNanos())));
            }
        }
        return all;
    }
}

package dev.sluice.worker.batch.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * Plays the whole grid and prints it as Markdown: minutes of work, so its name is not that of a test, and it runs only
 * when asked for: {@code mvn -pl worker test -Dtest=SimulationTable}.
 */
class SimulationTable {

    private static final int SEEDS = 2;

    /** Where luck has a part in it, the best setting in hindsight is that of more plays than one or two. */
    private static final int NOISY_SEEDS = 10;

    /** A play is to be long against the deadlines, or its end counts more than what comes before. */
    private static final int DEADLINES = 20;

    private static final int MOST = 20_000;
    private static final int[] INSTANCES = {1, 2, 4};

    @Test
    void print() {
        List<Grid.Cell> all = new ArrayList<>();
        System.out.println(
                "| instances | arrivals | of the oracle: least, mean | of the best fixed setting: least, mean"
                        + " | of " + String.join("; ", Grid.RIVALS.keySet())
                        + ": median | of the best of them: median | of regression told the deadline: least, mean |");
        System.out.println("|---|---|---|---|---|---|---|");
        for (int instances : INSTANCES) {
            for (Arrivals arrivals : Arrivals.values()) {
                List<Grid.Cell> cells = play(instances, arrivals, 0, false);
                all.addAll(cells);
                print(instances + " | " + arrivals, cells);
            }
        }
        print("all | all", all);
        for (int instances : INSTANCES) {
            print(instances + " | Poisson, noise 0.05", play(instances, Arrivals.POISSON, 0.05, false));
            print(instances + " | Poisson, noise 0.2", play(instances, Arrivals.POISSON, 0.2, false));
            print(instances + " | gamma CV 4, noise 0.05, drift", play(instances, Arrivals.GAMMA_4, 0.05, true));
        }
        printLoads(all);
        printWorst(all);
    }

    private static List<Grid.Cell> play(int instances, Arrivals arrivals, double noise, boolean drift) {
        List<Grid.Cell> cells = new ArrayList<>();
        for (Scenario.Model model : Grid.MODELS) {
            for (double load : Grid.LOADS) {
                Scenario scenario = new Scenario(model, instances, arrivals, load, noise, drift, 0, 1);
                cells.add(Grid.play(scenario.withRequests(requests(scenario)), noise > 0 ? NOISY_SEEDS : SEEDS));
            }
        }
        return cells;
    }

    private static int requests(Scenario scenario) {
        double inADeadline = scenario.capacityPerSecond()
                * scenario.load()
                * scenario.model().deadlineNanos()
                / 1e9;
        boolean oracle = scenario.isSingle() && 3 * inADeadline <= OfflineOracle.MOST_REQUESTS; // else it says little
        return (int) Math.clamp(DEADLINES * inADeadline, 1500, oracle ? OfflineOracle.MOST_REQUESTS : MOST);
    }

    private static void print(String name, List<Grid.Cell> cells) {
        List<Grid.Cell> known =
                cells.stream().filter(cell -> !Double.isNaN(cell.oracle())).toList();
        List<String> rivals = Grid.RIVALS.keySet().stream()
                .map(rival -> text(median(cells, cell -> cell.sluice() / cell.rival(rival))))
                .toList();
        System.out.println("| " + name
                + " | " + (known.isEmpty() ? "" : leastAndMean(known, Grid.Cell::ofOracle))
                + " | " + leastAndMean(cells, Grid.Cell::ofBestStatic)
                + " | " + String.join("; ", rivals)
                + " | " + text(median(cells, cell -> cell.sluice() / cell.bestRival())) + " | "
                + leastAndMean(cells, cell -> cell.sluice() / cell.toldRegression()) + " |");
    }

    private static void printLoads(List<Grid.Cell> all) {
        System.out.println();
        System.out.println("| load | Sluice | oracle (one instance) | best fixed | "
                + String.join(" | ", Grid.RIVALS.keySet()) + " | held, ms |");
        System.out.println("|---|---|---|---|" + "---|".repeat(Grid.RIVALS.size() + 1));
        for (double load : Grid.LOADS) {
            List<Grid.Cell> cells =
                    all.stream().filter(cell -> cell.scenario().load() == load).toList();
            List<Grid.Cell> single =
                    cells.stream().filter(cell -> !Double.isNaN(cell.oracle())).toList();
            StringBuilder line = new StringBuilder("| " + load + " | " + text(mean(cells, Grid.Cell::sluice)) + " | "
                    + text(mean(single, Grid.Cell::sluice)) + " of " + text(mean(single, Grid.Cell::oracle)) + " | "
                    + text(mean(cells, Grid.Cell::bestStatic)));
            for (String rival : Grid.RIVALS.keySet()) {
                line.append(" | ").append(text(mean(cells, cell -> cell.rival(rival))));
            }
            System.out.println(line + " | " + text(mean(cells, Grid.Cell::heldNanos) / 1e6) + " |");
        }
    }

    private static void printWorst(List<Grid.Cell> all) {
        System.out.println();
        System.out.println("| model, instances, arrivals | load | Sluice | best fixed | best default"
                + " | regression told the deadline |");
        System.out.println("|---|---|---|---|---|---|");
        ToDoubleFunction<Grid.Cell> lead =
                cell -> cell.sluice() / Math.max(cell.toldRegression(), Math.max(cell.bestStatic(), cell.bestRival()));
        all.stream()
                .filter(cell -> lead.applyAsDouble(cell) < 0.9995)
                .sorted(Comparator.comparingDouble(lead))
                .limit(20)
                .forEach(cell -> System.out.println("| " + cell.scenario().model() + ", "
                        + cell.scenario().instances() + " instances, "
                        + cell.scenario().arrivals() + " | "
                        + cell.scenario().load() + " | " + text(cell.sluice()) + " | " + text(cell.bestStatic()) + " | "
                        + text(cell.bestRival()) + " | " + text(cell.toldRegression()) + " |"));
        System.out.println();
        System.out.println("| cells furthest from the oracle | load | Sluice | oracle | share |");
        System.out.println("|---|---|---|---|---|");
        all.stream()
                .filter(cell -> cell.ofOracle() < 0.97)
                .sorted(Comparator.comparingDouble(Grid.Cell::ofOracle))
                .limit(20)
                .forEach(cell -> System.out.println("| " + cell.scenario().model() + ", "
                        + cell.scenario().arrivals() + " | " + cell.scenario().load() + " | "
                        + text(cell.sluice()) + " | " + text(cell.oracle()) + " | " + text(cell.ofOracle()) + " |"));
    }

    private static String leastAndMean(List<Grid.Cell> cells, ToDoubleFunction<Grid.Cell> value) {
        return text(cells.stream().mapToDouble(value).min().orElseThrow()) + ", " + text(mean(cells, value));
    }

    private static double mean(List<Grid.Cell> cells, ToDoubleFunction<Grid.Cell> value) {
        return cells.stream().mapToDouble(value).average().orElse(Double.NaN);
    }

    private static double median(List<Grid.Cell> cells, ToDoubleFunction<Grid.Cell> value) {
        double[] sorted = cells.stream().mapToDouble(value).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }
}

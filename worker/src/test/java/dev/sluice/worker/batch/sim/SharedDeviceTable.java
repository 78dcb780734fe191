package dev.sluice.worker.batch.sim;

import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * A light model beside heavy ones, with turns and without: prints Markdown, and runs only when asked for:
 * {@code mvn -pl worker test -Dtest=SharedDeviceTable}.
 */
class SharedDeviceTable {

    private static final int CORES = 4;
    private static final int INSTANCES = 4;
    private static final int NO_TURNS = 1_000_000;
    private static final long SECONDS = 60;

    private static final Scenario.Model LIGHT = Scenario.Model.ofMillis(0.2, 0.02, 32, 30_000);
    private static final Scenario.Model HEAVY = Scenario.Model.ofMillis(5, 1, 32, 30_000);
    private static final Scenario.Model SLOW = Scenario.Model.ofMillis(0.5, 20, 8, 30_000);

    @Test
    void print() {
        System.out.println("| beside the light model | heavy load | places | light: p50, p99 ms | heavy: p50, p99 ms"
                + " | heavy answers/s |");
        System.out.println("|---|---|---|---|---|---|");
        for (int places : new int[] {CORES, NO_TURNS}) {
            print(HEAVY, 0, 0, places);
        }
        for (Scenario.Model heavy : new Scenario.Model[] {HEAVY, SLOW}) {
            for (int others : new int[] {2, 9}) {
                for (double load : new double[] {0.5, 0.9, 2}) {
                    for (int places : new int[] {CORES, 2 * CORES, NO_TURNS}) {
                        print(heavy, others, load, places);
                    }
                }
            }
        }
    }

    private static void print(Scenario.Model heavy, int others, double load, int places) {
        SharedDevice device = new SharedDevice(CORES, places, 1);
        SharedModel light = device.add(LIGHT, INSTANCES, 500);
        double capacity = CORES * heavy.maxRows() * 1e9 / heavy.nanos(heavy.maxRows());
        SharedModel last = light;
        for (int other = 0; other < others; other++) {
            last = device.add(heavy, INSTANCES, capacity * load / others);
        }
        device.play(SECONDS * 1_000_000_000L);
        System.out.printf(
                Locale.ROOT,
                "| %d of %s | %.1f | %s | %.2f, %.2f | %.1f, %.1f | %.0f |%n",
                others,
                heavy,
                load,
                places == NO_TURNS ? "any" : places,
                light.quantileMillis(0.5),
                light.quantileMillis(0.99),
                last.quantileMillis(0.5),
                last.quantileMillis(0.99),
                (double) last.answers() * others / SECONDS);
    }
}

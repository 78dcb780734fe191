package dev.sluice.worker.batch.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The targets of batching in a few cells of the grid; {@link SimulationTable} plays all of them. */
class BatchingSimulationTest {

    private static final int REQUESTS = 1500;

    private static Scenario scenario(int model, int instances, Arrivals arrivals, double load) {
        return new Scenario(Grid.MODELS.get(model), instances, arrivals, load, 0, false, REQUESTS, 7);
    }

    @ParameterizedTest
    @CsvSource({
        "0, POISSON, 0.95, 0.97",
        "0, POISSON, 2, 0.97",
        "1, POISSON, 0.95, 0.97",
        "1, POISSON, 5, 0.97",
        "2, POISSON, 0.8, 0.97",
        "2, POISSON, 1.2, 0.97",
        "3, POISSON, 0.95, 0.97",
        "3, POISSON, 1.2, 0.97",
        "0, GAMMA_4, 0.95, 0.95",
        "1, GAMMA_4, 1.2, 0.95",
        "2, GAMMA_4, 0.5, 0.95",
        "3, GAMMA_4, 2, 0.95",
        "1, GAMMA_8, 0.8, 0.90",
        "0, ON_OFF, 0.8, 0.90"
    })
    void servesNearlyAsManyAsWhoeverKnowsTheFuture(int model, Arrivals arrivals, double load, double share) {
        Scenario scenario = scenario(model, 1, arrivals, load);
        double most = OfflineOracle.mostInTime(scenario.model(), scenario.moments());
        double served = Simulation.play(scenario, SluiceBatching::profiled).inTime();
        assertTrue(served >= share * most, served + " of " + most);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, POISSON, 0.95",
        "1, 1, GAMMA_4, 0.8",
        "3, 1, ON_OFF, 0.5",
        "0, 2, GAMMA_4, 0.95",
        "1, 4, ON_OFF, 0.95",
        "2, 4, STEP, 1.2",
        "3, 4, GAMMA_4, 1.2"
    })
    void isAsGoodAsTheBestFixedSettingInHindsight(int model, int instances, Arrivals arrivals, double load) {
        Grid.Cell cell = Grid.play(scenario(model, instances, arrivals, load), 1);
        assertTrue(cell.ofBestStatic() >= 0.99, cell.toString());
        assertTrue(cell.sluice() >= 0.99 * cell.bestRival(), cell.toString());
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 0.95", "0, 2, 0.95", "1, 4, 0.95", "2, 4, 0.95", "0, 1, 1.2"}) // ten plays, not one lucky one
    void soItIsWhenBatchesTakeAFifthMoreOrLess(int model, int instances, double load) {
        Scenario noisy = new Scenario(Grid.MODELS.get(model), instances, Arrivals.POISSON, load, 0.2, false, 1500, 1);
        Grid.Cell cell = Grid.play(noisy, 10);
        assertTrue(cell.ofBestStatic() >= 0.99, cell.toString());
    }

    @ParameterizedTest
    @EnumSource
    void neverHoldsARequestWhileAnInstanceIsIdle(Arrivals arrivals) {
        for (double load : new double[] {0.1, 0.8, 2}) {
            Simulation.Score score = Simulation.play(scenario(0, 2, arrivals, load), SluiceBatching::profiled);
            assertEquals(0, score.heldNanos(), "nanoseconds held at load " + load);
        }
        Scenario light = scenario(0, 2, arrivals, 0.1);
        long held = Simulation.play(light, StaticBatching.with(64, 1_000_000)).heldNanos();
        assertTrue(held > 0, "a fixed delay holds, so this test can see it");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void learnsFromNothing(int model) {
        Scenario longer = new Scenario(Grid.MODELS.get(model), 1, Arrivals.POISSON, 1.2, 0.05, false, 6000, 7);
        double profiled = Simulation.play(longer, SluiceBatching::profiled).inTime();
        double cold = Simulation.play(longer, SluiceBatching::cold).inTime();
        assertTrue(cold >= 0.97 * profiled, cold + " of " + profiled);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 2})
    void getsOverAProfileThatIsWrongByTwo(double factor) {
        Scenario longer = new Scenario(Grid.MODELS.get(1), 1, Arrivals.POISSON, 1.2, 0.05, false, 6000, 7);
        double right = Simulation.play(longer, SluiceBatching::profiled).inTime();
        double wrong = Simulation.play(longer, simulation -> SluiceBatching.profiled(simulation, factor))
                .inTime();
        assertTrue(wrong >= 0.97 * right, wrong + " of " + right);
    }

    @Test
    void noneOfThoseThatRunIsLate() {
        Simulation.Score score = Simulation.play(scenario(0, 1, Arrivals.GAMMA_4, 2), SluiceBatching::profiled);
        assertEquals(0, score.late());
        assertTrue(score.refused() > 300, score.toString());
    }

    @Test
    void theSameSeedIsTheSamePlay() {
        Scenario noisy = new Scenario(Grid.MODELS.get(0), 4, Arrivals.GAMMA_4, 1.2, 0.2, true, REQUESTS, 7);
        Simulation.Score score = Simulation.play(noisy, SluiceBatching::profiled);
        assertEquals(score, Simulation.play(noisy, SluiceBatching::profiled));
        assertNotEquals(score, Simulation.play(noisy.withSeed(8), SluiceBatching::profiled));
    }
}

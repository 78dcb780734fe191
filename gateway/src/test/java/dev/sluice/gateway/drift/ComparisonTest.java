package dev.sluice.gateway.drift;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.OutputSample;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The figures of distributions for which they can be calculated, and what chance makes of them. */
class ComparisonTest {

    private static final double SURE = Math.log(1e6);

    private static OutputSample numbers(int count, DoubleSupplier draw) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) draw.getAsDouble();
        }
        return new OutputSample("y", new int[0], values, 0);
    }

    private static OutputSample numbers(float... values) {
        return new OutputSample("y", new int[0], values, 0);
    }

    private static OutputSample classes(int... counts) {
        return new OutputSample("y", counts, new float[Arrays.stream(counts).sum()], 0);
    }

    @Test
    void theIndexOfTwoClassesIsTheSumOfTheDefinition() {
        Comparison comparison = Comparison.of(classes(79, 19), classes(49, 49)); // and half an answer more in each
        double p = 79.5 / 99;
        assertEquals((p - 0.5) * Math.log(p / 0.5) + (1 - p - 0.5) * Math.log((1 - p) / 0.5), comparison.psi(), 1e-12);
        assertEquals(2, comparison.groups());
        assertEquals(98, comparison.samples());
    }

    @Test
    void whatIsTheSameHasNeither() {
        Comparison classes = Comparison.of(classes(10, 0, 30), classes(10, 0, 30));
        assertEquals(0, classes.psi());
        assertEquals(0, classes.ks());
        Comparison numbers = Comparison.of(numbers(1, 2, 2, 3), numbers(3, 2, 1, 2));
        assertEquals(0, numbers.psi());
        assertEquals(0, numbers.ks());
    }

    @Test
    void theDistanceIsTheLargestDifferenceOfBothStairs() {
        assertEquals(
                0.5, Comparison.of(numbers(1, 2, 3, 4), numbers(3, 4, 5, 6)).ks());
        assertEquals(1, Comparison.of(numbers(1, 2), numbers(3, 4, 5)).ks());
        assertEquals(2.0 / 3, Comparison.of(numbers(1, 1, 1), numbers(1, 2, 3)).ks(), 1e-12);
        assertEquals(
                0.25, Comparison.of(numbers(0, 0, 0, 1), numbers(0, 0, 1, 1)).ks());
    }

    /** Of a uniform distribution and one squeezed into its lower half, half of the one lies where nothing of the other does. */
    @Test
    void theDistanceOfKnownDistributionsIsTheCalculatedOne() {
        Random random = new Random(1);
        Comparison halves =
                Comparison.of(numbers(4000, () -> random.nextDouble() / 2), numbers(4000, random::nextDouble));
        assertEquals(0.5, halves.ks(), 0.03);
        Comparison shifted =
                Comparison.of(numbers(4000, () -> 1 + random.nextGaussian()), numbers(4000, random::nextGaussian));
        assertEquals(0.3829, shifted.ks(), 0.04, "2 Phi(1/2) - 1");
    }

    /** Over deciles the index of a shifted normal distribution is somewhat below the shift's square, which it is over all numbers. */
    @Test
    void theIndexOfAShiftedNormalDistributionIsAboutTheSquareOfTheShift() {
        Random random = new Random(2);
        for (double shift : new double[] {0.25, 0.5, 1}) {
            Comparison comparison = Comparison.of(
                    numbers(4096, () -> shift + random.nextGaussian()), numbers(4096, random::nextGaussian));
            assertEquals(10, comparison.groups());
            assertEquals(0.9 * shift * shift, comparison.psiBeyondChance(), 0.02 + 0.15 * shift * shift, "by " + shift);
        }
    }

    @Test
    void chanceMakesOfItWhatIsForetold() {
        Random random = new Random(3);
        double indexes = 0;
        double distances = 0;
        Comparison last = Comparison.of(numbers(1, 2), numbers(1, 2));
        for (int i = 0; i < 300; i++) {
            last = Comparison.of(numbers(500, random::nextGaussian), numbers(2000, random::nextGaussian));
            indexes += last.psi() / 300;
            distances += last.ks() / 300;
            assertFalse(last.isSurelyAbove(0, SURE), "once in a million");
        }
        assertEquals(last.psiByChance(), indexes, 0.1 * last.psiByChance());
        assertEquals(last.ksByChance(), distances, 0.1 * last.ksByChance());
    }

    /** Classes of which the rarest are hardly seen are where approximations fail first. */
    @Test
    void chanceIsNeverTakenForDriftOfFewAnswersAndManyClasses() {
        Random random = new Random(4);
        for (int i = 0; i < 2000; i++) {
            int[] one = new int[20];
            int[] other = new int[20];
            for (int n = 0; n < 50; n++) {
                one[(int) (20 * Math.pow(random.nextDouble(), 6))]++;
            }
            for (int n = 0; n < 3000; n++) {
                other[(int) (20 * Math.pow(random.nextDouble(), 6))]++;
            }
            assertFalse(Comparison.of(classes(one), classes(other)).isSurelyAbove(0, SURE));
        }
    }

    @Test
    void whatDoesDriftIsSure() {
        Random random = new Random(5);
        for (int i = 0; i < 100; i++) {
            Comparison comparison =
                    Comparison.of(numbers(1000, () -> 1 + random.nextGaussian()), numbers(4000, random::nextGaussian));
            assertTrue(comparison.isSurelyAbove(0.25, SURE), comparison.toString());
        }
    }

    @Test
    void whatNeverVariedIsSeenToBeginTo() {
        OutputSample constant = numbers(1000, () -> 5);
        for (double moved : new double[] {4.999, 5.001}) {
            int[] count = {0};
            OutputSample now = numbers(1000, () -> count[0]++ % 4 == 0 ? moved : 5);
            assertTrue(Comparison.of(now, constant).psi() > 0.25, "to " + moved);
        }
        assertEquals(0, Comparison.of(constant, constant).psi());
    }

    @Test
    void whatHasNoFiniteNumberIsAGroup() {
        OutputSample before = new OutputSample("y", new int[] {500, 500}, new float[1000], 0);
        OutputSample now = new OutputSample("y", new int[] {250, 250}, new float[500], 500);
        Comparison comparison = Comparison.of(now, before);
        assertEquals(3, comparison.groups());
        assertTrue(comparison.psi() > 1, comparison.toString());
        assertEquals(1000, comparison.samples());
        assertEquals(
                0.8687 * Math.sqrt(1.0 / 500 + 1.0 / 1000),
                comparison.ksByChance(),
                1e-9,
                "as the distance: of numbers");
        assertEquals(0, comparison.ks());
    }

    @Test
    void nothingFiniteAtAllIsCompared() {
        OutputSample before = numbers(1, 2, 3);
        OutputSample now = new OutputSample("y", new int[0], new float[0], 100);
        Comparison comparison = Comparison.of(now, before);
        assertTrue(comparison.psi() > 1, comparison.toString());
        assertTrue(Comparison.of(before, now).psi() > 1);
    }

    @Test
    void ofManyClassesNeighboursShareAGroupAndALargeOneHasItsOwn() {
        int[] uniform = IntStream.generate(() -> 10).limit(1000).toArray();
        assertEquals(
                20,
                Groups.of(classes(uniform), new float[0], classes(uniform), new float[0])
                        .count());
        int[] baseline = new int[30];
        Arrays.fill(baseline, 1);
        baseline[3] = 1000;
        baseline[29] = 1000;
        Groups groups = Groups.of(classes(new int[30]), new float[0], classes(baseline), new float[0]);
        assertArrayEquals(new int[] {3, 1000, 25, 1000}, groups.baseline());
        int[] moved = uniform.clone();
        moved[500] += 5000;
        assertTrue(Comparison.of(classes(moved), classes(uniform)).psi() > 0.25);
    }

    @Test
    void everyAnswerIsInOneGroup() {
        Random random = new Random(6);
        for (int i = 0; i < 500; i++) {
            int digits = random.nextInt(3);
            double scale = Math.pow(10, digits);
            OutputSample one = numbers(1 + random.nextInt(200), () -> Math.rint(random.nextGaussian() * scale));
            OutputSample other = numbers(1 + random.nextInt(200), () -> Math.rint(random.nextGaussian() * scale));
            float[] now = one.values();
            float[] before = other.values();
            Arrays.sort(now);
            Arrays.sort(before);
            Groups groups = Groups.of(one, now, other, before);
            assertEquals(now.length, Arrays.stream(groups.lately()).sum());
            assertEquals(before.length, Arrays.stream(groups.baseline()).sum());
            assertTrue(groups.count() <= 20, groups.count() + " groups");
        }
    }

    @Test
    void otherClassesAreNotCompared() {
        assertThrows(IllegalArgumentException.class, () -> Comparison.of(classes(1, 2), classes(1, 2, 3)));
        assertThrows(IllegalArgumentException.class, () -> Comparison.of(classes(1, 2), numbers(1, 2)));
    }
}

package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Models that share a device in virtual time, over thousands of seeds. */
class DeviceTurnsSimulationTest {

    private static final int SEEDS = 2000;
    private static final int RUNS = 120;
    private static final int ALWAYS = Integer.MAX_VALUE;

    private record Event(long at, long ordinal, Runnable happens) {}

    /** One device, its models and the clock. */
    private static final class Play {

        final Random random;
        final int places;
        final long transit;
        final DeviceTurns turns;
        final List<Model> models = new ArrayList<>();
        final PriorityQueue<Event> events =
                new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::ordinal));
        long now;
        long ordinal;
        int running;
        int begun;

        /** @param transit longest time until a model hears of its grant */
        Play(long seed, int places, long transit) {
            this.random = new Random(seed);
            this.places = places;
            this.transit = transit;
            this.turns = new DeviceTurns(places);
        }

        Model model(double weight, int instances, long longestRun) {
            Model model = new Model(this, weight, instances, longestRun);
            models.add(model);
            return model;
        }

        void at(long when, Runnable happens) {
            events.add(new Event(when, ordinal++, happens));
        }

        private void checkThatNobodyWaitsInVain() {
            if (models.stream().anyMatch(Model::isKeptWaiting)) {
                assertTrue(turns.free() <= 0, "somebody waits though a place is free");
                assertTrue(transit > 0 || running >= places, "a place is kept from who wants it");
            }
        }

        /** Everything happens that is due, until so many runs have begun or nothing is left. */
        void play(int runs, Runnable check) {
            while (begun < runs && !events.isEmpty()) {
                Event next = events.remove();
                now = next.at();
                next.happens().run();
                assertTrue(running <= 2 * places, "more runs than places and short ones");
                if (events.isEmpty() || events.element().at() > now) {
                    checkThatNobodyWaitsInVain();
                    check.run();
                }
            }
        }
    }

    /** A model with as much to do as is said; its runs are expected to take what they take, times its error. */
    private static final class Model {

        final Play play;
        final DeviceShare share;
        final double weight;
        final long longestRun;
        double error = 1;
        long nextTakes;
        int wanted;
        int idle;
        int runs;
        double chargedForWeight;
        long wantsSince;
        long longestWait;

        Model(Play play, double weight, int instances, long longestRun) {
            this.play = play;
            this.weight = weight;
            this.idle = instances;
            this.longestRun = longestRun;
            this.nextTakes = 1 + play.random.nextLong(longestRun);
            this.share = new DeviceTurns.Stake(play.turns, weight).join(this::granted);
        }

        void want(int more) {
            wantsSince = play.now;
            wanted = more == ALWAYS ? ALWAYS : wanted + more;
            dispatch();
        }

        private void granted() {
            play.at(play.now + play.random.nextLong(play.transit + 1), () -> {
                dispatch();
                share.pass();
            });
        }

        private void dispatch() {
            while (wanted > 0 && idle > 0) {
                long expected = Math.round(nextTakes * error);
                if (!share.take(expected)) {
                    return;
                }
                begin(nextTakes, expected);
                nextTakes = 1 + play.random.nextLong(longestRun);
            }
        }

        private void begin(long takes, long expected) {
            longestWait = Math.max(longestWait, play.now - wantsSince);
            wantsSince = play.now;
            wanted -= wanted == ALWAYS ? 0 : 1;
            idle--;
            runs++;
            play.running++;
            play.begun++;
            chargedForWeight += takes / weight;
            play.at(play.now + takes, () -> end(takes, expected));
        }

        private void end(long takes, long expected) {
            play.running--;
            idle++;
            share.end(expected, takes);
            dispatch();
            share.pass();
        }

        /** Who has been granted a place and is about to hear of it is not. */
        boolean isKeptWaiting() {
            return wanted > 0 && idle > 0 && share.granted == 0;
        }
    }

    private interface Seeded {
        void play(long seed);
    }

    private static void forEachSeed(Seeded play) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                play.play(seed);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
    }

    @Test
    void nothingIsLostAndNobodyWaitsForAFreePlace() {
        forEachSeed(seed -> {
            Play play = new Play(seed, 1 + (int) (seed % 4), seed % 3 == 0 ? 0 : 20);
            int models = 1 + play.random.nextInt(6);
            int asked = 0;
            for (int i = 0; i < models; i++) {
                Model model = play.model(1 + play.random.nextInt(3), 1 + play.random.nextInt(4), 100);
                model.error = 2 * play.random.nextDouble();
                for (int arrival = 0; arrival < RUNS / models; arrival++) {
                    int more = 1 + play.random.nextInt(3);
                    asked += more;
                    play.at(play.random.nextLong(3000), () -> model.want(more));
                }
            }
            play.play(Integer.MAX_VALUE, () -> {});
            assertEquals(asked, play.begun, "runs");
            assertEquals(0, play.running);
            assertEquals(play.places, play.turns.free(), "places have leaked");
        });
    }

    @Test
    void twoThatAlwaysWaitDifferByTwoRunsEach() {
        forEachSeed(seed -> {
            int places = 1 + (int) (seed % 4);
            Play play = new Play(seed, places, 0);
            Model heavy = play.model(1 + play.random.nextInt(3), places + 1, 1000);
            Model light = play.model(1 + play.random.nextInt(3), places + 1, 1 + play.random.nextInt(200));
            double most = 2 * (heavy.longestRun / heavy.weight + light.longestRun / light.weight);
            play.at(0, () -> heavy.want(ALWAYS));
            long later = play.random.nextLong(3000);
            double[] before = {0};
            play.at(later, () -> {
                before[0] = heavy.chargedForWeight;
                light.want(ALWAYS);
            });
            play.play(RUNS, () -> {
                if (play.now >= later && light.wanted > 0) {
                    double apart = heavy.chargedForWeight - before[0] - light.chargedForWeight;
                    assertTrue(Math.abs(apart) <= most + 1e-6, apart + " apart, of at most " + most);
                }
            });
            assertTrue(heavy.runs > 0 && light.runs > 0, "one of them starves");
        });
    }

    /** What was charged wrongly is put right, so who takes longer than it says gains no more than what runs. */
    @Test
    void aModelThatUnderstatesItsRunsGainsNothingInTheLongRun() {
        forEachSeed(seed -> {
            int places = 1 + (int) (seed % 4);
            Play play = new Play(seed, places, 0);
            Model liar = play.model(1, places + 1, 1000);
            liar.error = 0;
            Model honest = play.model(1, places + 1, 100);
            play.at(0, () -> liar.want(ALWAYS));
            play.at(0, () -> honest.want(ALWAYS));
            play.play(10 * RUNS, () -> {});
            double apart = liar.chargedForWeight - honest.chargedForWeight;
            assertTrue(Math.abs(apart) <= (places + 1) * (1000 + 100), apart + " apart");
        });
    }

    @Test
    void aLightModelWaitsForOneRunOfAHeavyOne() {
        forEachSeed(seed -> {
            int places = 1 + (int) (seed % 4);
            Play play = new Play(seed, places, 0);
            Model heavy = play.model(1, places + 1, 1000);
            Model light = play.model(1, 1, 100);
            play.at(0, () -> heavy.want(ALWAYS));
            long at = 0;
            for (int i = 0; i < RUNS; i++) {
                at += 2000 + play.random.nextLong(1000);
                play.at(at, () -> light.want(1));
            }
            play.play(Integer.MAX_VALUE, () -> heavy.wanted = light.runs == RUNS ? 0 : ALWAYS);
            assertTrue(light.longestWait <= 1000 + 100, "waited " + light.longestWait);
            assertTrue(places > 1 || light.longestWait > 0, "it is kept waiting at all, so this test can see it");
        });
    }

    @Test
    void theSameSeedIsTheSamePlay() {
        forEachSeed(seed -> assertEquals(aPlay(seed), aPlay(seed)));
    }

    private static String aPlay(long seed) {
        Play play = new Play(seed, 2, 10);
        StringBuilder log = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            Model model = play.model(1, 2, 100);
            play.at(play.random.nextLong(100), () -> model.want(ALWAYS));
        }
        play.play(
                RUNS, () -> play.models.forEach(model -> log.append(model.runs).append(' ')));
        return log.toString();
    }
}

package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Batchers that share a device, while requests fail, expire and are withdrawn, runs get stuck, and word of a turn is on
 * its way for any time: over thousands of seeds.
 */
class SharedInstancesSimulationTest {

    private static final int SEEDS = 2000;
    private static final int STEPS = 150;

    /** As the first id of a request. */
    private static final int POISON = 7777;

    private static final long LONG_OVERDUE = 60_000_000_000L;

    private static final class Play {

        final Random random;
        final FakeTicker ticker = new FakeTicker();
        final Outcomes outcomes = new Outcomes();
        final DeviceTurns device;
        final int places;
        final List<Model> models = new ArrayList<>();
        final ArrayDeque<Runnable> grants = new ArrayDeque<>();
        final List<String> names = new ArrayList<>();
        int asked;
        int yielded;
        int unclaimed;

        Play(long seed) {
            random = new Random(seed);
            places = 1 + random.nextInt(3);
            device = new DeviceTurns(places);
            for (int left = 1 + random.nextInt(4); left > 0; left--) {
                models.add(new Model(this, 1 + random.nextInt(3)));
            }
        }

        void step() {
            Model model = models.get(random.nextInt(models.size()));
            switch (random.nextInt(8)) {
                case 0, 1, 2 -> model.ask();
                case 3 -> model.withdraw();
                case 4 -> model.finish();
                case 5 -> ticker.advance(random.nextInt(4) == 0 ? LONG_OVERDUE : random.nextLong(1000));
                case 6 -> model.look();
                default -> hearOfAGrant();
            }
        }

        private void hearOfAGrant() {
            if (!grants.isEmpty()) {
                grants.remove().run();
            }
        }

        void checkThatNobodyWaitsInVain() {
            models.forEach(model -> model.batcher.dispatch());
            if (grants.isEmpty() && device.free() > 0) {
                models.forEach(model -> assertFalse(model.waits(), "a batch waits though a place is free"));
            }
        }

        void finish() {
            while (!grants.isEmpty() || models.stream().anyMatch(model -> model.instances.running() > 0)) {
                hearOfAGrant();
                models.forEach(Model::finish);
            }
        }
    }

    /** Notes when there was nothing to run after all. */
    private record Counting(SharedInstances shared, Play play) implements BatchRunner {

        @Override
        public int idleInstances() {
            return shared.idleInstances();
        }

        @Override
        public boolean hasPlace() {
            return shared.hasPlace();
        }

        @Override
        public boolean claim(long expectedNanos) {
            return shared.claim(expectedNanos);
        }

        @Override
        public void unclaim() {
            play.unclaimed++;
            shared.unclaim();
        }

        @Override
        public void run(Batch batch, Consumer<BatchResult> done) {
            shared.run(batch, done);
        }
    }

    private static final class Model {

        final Play play;
        final FakeInstances instances;
        final DeviceShare share;
        final SharedInstances shared;
        final Batcher batcher;
        final List<Pending> pending = new ArrayList<>();

        Model(Play play, int count) {
            this.play = play;
            this.instances = new FakeInstances(count, new EchoEngine().poison(POISON));
            this.share = new DeviceTurns.Stake(play.device, 1 + play.random.nextInt(3))
                    .join(() -> play.grants.add(this::useTurn));
            this.shared = new SharedInstances(instances, share, play.ticker);
            BatcherOptions options = new BatcherOptions(new AdaptivePolicy(8, 0), 20, BatchListener.NONE);
            this.batcher = new Batcher(Requests.MODEL, options, new Counting(shared, play), play.ticker, nanos -> {});
        }

        private void useTurn() {
            batcher.dispatch();
            share.pass();
        }

        void ask() {
            Random random = play.random;
            Deadline deadline =
                    random.nextInt(3) == 0 ? new Deadline(play.ticker.nanos() + random.nextLong(3000)) : Requests.FAR;
            long[] ids = random.longs(1 + random.nextInt(3), 100, 1000).toArray();
            ids[0] = random.nextInt(8) == 0 ? POISON : ids[0];
            String name = Arrays.toString(ids) + " of request " + play.asked++;
            pending.add(batcher.enqueue(Requests.of(deadline, ids), play.outcomes.of(name)));
            play.names.add(name);
            if (random.nextInt(3) > 0) {
                batcher.dispatch();
            }
        }

        void withdraw() {
            if (!pending.isEmpty()) {
                pending.remove(play.random.nextInt(pending.size())).cancel();
            }
        }

        void finish() {
            if (instances.running() > 0) {
                instances.finish(play.random.nextInt(instances.running()));
            }
        }

        /** As its timer does. */
        void look() {
            if (shared.yieldOverdue()) {
                play.yielded++;
            }
            useTurn();
        }

        boolean waits() {
            return instances.idleInstances() > 0 && batcher.report().queue().requests() > 0;
        }
    }

    @Test
    void eachIsAnsweredOnceAndEveryPlaceComesBack() {
        int yielded = 0;
        int unclaimed = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Play play = play(seed);
                yielded += play.yielded;
                unclaimed += play.unclaimed;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
        assertTrue(yielded > 100, "only " + yielded + " runs were overdue");
        assertTrue(unclaimed > 0, "no place was ever claimed for nothing");
    }

    private static Play play(long seed) {
        Play play = new Play(seed);
        for (int i = 0; i < STEPS; i++) {
            play.step();
            play.checkThatNobodyWaitsInVain();
        }
        play.models.forEach(model -> model.batcher.dispatch());
        play.finish();
        assertEquals(play.asked, play.outcomes.count(), "answered");
        assertEquals(play.places, play.device.free(), "places");
        play.names.forEach(name -> checkThatItIsItsOwn(name, play.outcomes));
        return play;
    }

    private static void checkThatItIsItsOwn(String name, Outcomes outcomes) {
        boolean isPoisoned = name.startsWith("[" + POISON);
        if (outcomes.get(name) instanceof InferenceResponse) {
            assertTrue(!isPoisoned && name.startsWith(outcomes.ids(name)), name + " has " + outcomes.ids(name));
        } else if (outcomes.get(name).equals(EchoEngine.FAILURE)) {
            assertTrue(isPoisoned, name + " failed for another");
        }
    }
}

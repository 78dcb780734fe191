package dev.sluice.worker.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.memory.MemoryPolicy.Room;
import dev.sluice.worker.memory.Resident.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models that do not fit together, in virtual time: one wake after the other waits for room, in the order of asking, as
 * ModelSleep has it.
 */
class MemoryPolicySimulationTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long STEP = 20 * MILLI;

    /** One model, and how many wait for it since when. */
    private static final class Model {

        private final ModelId id;
        private final long bytes;
        private final long loadNanos;
        private Stage stage = Stage.LEAVING;
        private boolean asleep = true;
        private long since;
        private long asked;
        private long waitsSince = -1;
        private int loads;
        private long longestWait;

        Model(int number, long bytes, long loadNanos) {
            this.id = new ModelId("model" + number, 1);
            this.bytes = bytes;
            this.loadNanos = loadNanos;
        }

        Resident resident() {
            return new Resident(id, bytes, stage, false, false, since, loadNanos, asked, 0);
        }
    }

    private final List<Model> models = new ArrayList<>();
    private final Deque<Model> queue = new ArrayDeque<>();
    private final MemoryPolicy policy;
    private final long budget;
    private long now = 100 * SECOND;
    private long loadingNanos;

    MemoryPolicySimulationTest() {
        budget = 100;
        policy = new MemoryPolicy(budget);
    }

    private List<Resident> residents() {
        return models.stream()
                .filter(model -> !model.asleep)
                .map(Model::resident)
                .toList();
    }

    private void ask(Model model) {
        if (model.asleep && model.waitsSince < 0) {
            model.waitsSince = now;
            queue.add(model);
        } else if (!model.asleep && model.stage == Stage.HERE) {
            model.asked = now;
        }
    }

    private void step() {
        now += STEP;
        for (Model model : models) {
            if (!model.asleep && model.stage == Stage.COMING && now - model.since >= model.loadNanos) {
                model.stage = Stage.HERE;
                model.since = now;
                model.asked = now;
                model.longestWait = Math.max(model.longestWait, now - model.waitsSince);
                model.waitsSince = -1;
            }
        }
        while (!queue.isEmpty() && serveFirst()) {
            queue.poll();
        }
        assertTrue(residents().stream().mapToLong(Resident::bytes).sum() <= budget, "beyond the budget");
    }

    private boolean serveFirst() {
        Model first = queue.getFirst();
        Room room = policy.room(first.bytes, residents(), now);
        if (room instanceof Room.After(List<ModelId> sleepers)) {
            for (Model model : models) {
                model.asleep |= sleepers.contains(model.id);
            }
            if (sleepers.isEmpty()) {
                first.asleep = false;
                first.stage = Stage.COMING;
                first.since = now;
                first.loads++;
                loadingNanos += first.loadNanos;
                return true;
            }
        }
        return false;
    }

    @Test
    void twoThatAreAskedAllTheTimeTakeTurnsAndHardlyLoad() {
        models.add(new Model(1, 60, SECOND));
        models.add(new Model(2, 60, SECOND));
        long end = now + 600 * SECOND;
        while (now < end) {
            models.forEach(this::ask);
            step();
        }
        for (Model model : models) {
            assertTrue(model.loads > 40, model.loads + " loads");
            assertTrue(model.longestWait <= 8 * SECOND, "waited " + model.longestWait);
        }
        assertTrue(loadingNanos <= 600 * SECOND / 4, "loading took " + loadingNanos / SECOND + " s of 600");
        assertEquals(models.get(0).loads, models.get(1).loads, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nobodyWaitsForEverAndWhoIsAskedMostIsLoadedLeast(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20; i++) {
            models.add(new Model(i, random.nextLong(5, 30), random.nextLong(50, 500) * MILLI));
        }
        long end = now + 1000 * SECOND;
        int asked = 0;
        while (now < end) {
            if (random.nextInt(4) == 0) { // the first are asked far more often than the last
                ask(models.get((int) (20 * Math.pow(random.nextDouble(), 3))));
                asked++;
            }
            step();
        }
        while (!queue.isEmpty()) {
            step();
        }
        int loads = models.stream().mapToInt(model -> model.loads).sum();
        long longest =
                models.stream().mapToLong(model -> model.longestWait).max().orElseThrow();
        assertTrue(models.stream().allMatch(model -> model.loads > 0), "everybody is served");
        assertTrue(longest < 60 * SECOND, "waited " + longest / SECOND + " s");
        assertTrue(loads * 3 < asked, loads + " loads for " + asked + " requests");
    }
}

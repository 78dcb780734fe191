package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.VersionPolicy;
import dev.sluice.worker.repository.Reconciliation.Standing;
import dev.sluice.worker.repository.Reconciliation.Step;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done so that what is served becomes what is wanted. */
class ReconciliationTest {

    /** A letter is what the files look like. */
    private static ModelLocation location(long version, String files) {
        ModelId model = new ModelId("m", version);
        return new ModelLocation(model, Path.of("model.onnx"), Path.of("model.yaml"), new Fingerprint(files, 0));
    }

    private static Map<ModelId, ModelLocation> wanted(String text) {
        Map<ModelId, ModelLocation> wanted = new LinkedHashMap<>();
        for (String item : text.split(" ")) {
            if (!item.isEmpty()) {
                ModelLocation location = location(Long.parseLong(item.substring(0, 1)), item.substring(1));
                wanted.put(location.model(), location);
            }
        }
        return wanted;
    }

    /** As in {@code 2a=ready 1a=failed}; {@code replacing} is ready and read anew, {@code lost} the same without instances. */
    private static Map<ModelId, Standing> standing(String text) {
        Map<ModelId, Standing> standing = new LinkedHashMap<>();
        for (String item : text.split(" ")) {
            if (!item.isEmpty()) {
                ModelLocation location = location(Long.parseLong(item.substring(0, 1)), item.substring(1, 2));
                String state = item.substring(3);
                boolean replacing = state.equals("replacing") || state.equals("lost");
                ModelState is =
                        switch (state) {
                            case "replacing" -> ModelState.READY;
                            case "lost" -> ModelState.FAILED;
                            default -> ModelState.valueOf(state.toUpperCase(Locale.ROOT));
                        };
                standing.put(location.model(), new Standing(is, location.fingerprint(), replacing));
            }
        }
        return standing;
    }

    @ParameterizedTest(name = "{0} wanted, {1} there: {2}")
    @CsvSource(
            value = {
                "1a      |                              | Load 1",
                "1a      | 1a=unloaded                  | Load 1",
                "1a      | 1a=loading                   | ",
                "1a      | 1a=warming                   | ",
                "1a      | 1a=ready                     | ",
                "1b      | 1a=ready                     | Replace 1",
                "1b      | 1a=replacing                 | ",
                "1b      | 1a=loading                   | ",
                "1b      | 1a=draining                  | ",
                "1a      | 1a=failed                    | ",
                "1b      | 1a=failed                    | Load 1",
                "2a      | 1a=ready                     | Load 2",
                "2a      | 1a=ready 2a=loading          | ",
                "2a      | 1a=ready 2a=warming          | ",
                "2a      | 1a=ready 2a=ready            | Drain 1",
                "2a      | 1a=ready 2a=failed           | ",
                "2b      | 1a=ready 2a=replacing        | Drain 1",
                "2a      | 1a=replacing 2a=ready        | ",
                "1b      | 1a=lost                      | ",
                "        | 1a=lost                      | ",
                "2a 3a   | 1a=ready 2a=ready            | Load 3",
                "2a 3a   | 1a=ready 2a=ready 3a=loading | ",
                "2a 3a   | 1a=ready 2a=ready 3a=failed  | Drain 1",
                "        | 1a=ready                     | Drain 1",
                "        | 1a=loading                   | ",
                "        | 1a=draining                  | ",
                "        | 1a=failed                    | Forget 1",
                "        | 1a=ready 2a=failed           | Drain 1, Forget 2",
                "1a      | 1a=asleep                    | ",
                "1b      | 1a=asleep                    | Load 1",
                "        | 1a=asleep                    | Forget 1",
                "2a      | 1a=asleep                    | Load 2",
                "2a      | 1a=asleep 2a=loading         | ",
                "2a      | 1a=asleep 2a=failed          | ",
                "2a      | 1a=asleep 2a=asleep          | Forget 1",
                "2a      | 1a=ready 2a=asleep           | Drain 1",
            },
            delimiter = '|',
            nullValues = "-")
    void theTable(String wanted, String standing, String steps) {
        Map<ModelId, Standing> there = standing(standing == null ? "" : standing);
        Set<String> done = Reconciliation.steps(wanted(wanted == null ? "" : wanted), there).stream()
                .map(step ->
                        step.getClass().getSimpleName() + " " + step.model().version())
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(steps == null ? "" : steps, String.join(", ", done));
    }

    /** A model of one name, some of whose versions cannot be loaded, and an operator who changes his mind. */
    private static final class World {

        private final SplittableRandom random;
        private final Map<ModelId, ModelState> states = new LinkedHashMap<>();
        private final Map<ModelId, Fingerprint> tried = new LinkedHashMap<>();
        private final Set<ModelId> replacing = new HashSet<>();
        private final Set<Long> present = new TreeSet<>(Set.of(1L));
        private final Set<Long> broken = new TreeSet<>();
        private final Map<Long, Integer> files = new LinkedHashMap<>();

        World(long seed) {
            random = new SplittableRandom(seed);
            for (long version = 2; version < 6; version++) {
                if (random.nextBoolean()) {
                    broken.add(version);
                }
            }
        }

        Map<ModelId, ModelLocation> wanted() {
            Map<ModelId, ModelLocation> wanted = new LinkedHashMap<>();
            for (long version :
                    VersionPolicy.NEWEST.of(present, v -> states.get(new ModelId("m", v)) == ModelState.FAILED)) {
                ModelLocation location = location(version, "files " + files.getOrDefault(version, 0));
                wanted.put(location.model(), location);
            }
            return wanted;
        }

        void reconcile() {
            Map<ModelId, Standing> standing = new LinkedHashMap<>();
            states.forEach((model, state) -> standing.put(
                    model, new Standing(state, Objects.requireNonNull(tried.get(model)), replacing.contains(model))));
            for (Step step : Reconciliation.steps(wanted(), standing)) {
                switch (step) {
                    case Step.Load(ModelLocation location) -> {
                        move(location.model(), ModelState.LOADING);
                        tried.put(location.model(), location.fingerprint());
                    }
                    case Step.Replace(ModelLocation location) -> {
                        replacing.add(location.model());
                        tried.put(location.model(), location.fingerprint());
                    }
                    case Step.Drain(ModelId model) -> move(model, ModelState.DRAINING);
                    case Step.Forget(ModelId model) -> states.remove(model);
                }
            }
        }

        void move(ModelId model, ModelState next) {
            ModelState before = states.getOrDefault(model, ModelState.UNLOADED);
            assertTrue(ModelLifecycle.after(before).contains(next), before + " to " + next);
            states.put(model, next);
        }

        boolean anyReady() {
            return states.containsValue(ModelState.READY);
        }

        /** One thing happens that was begun. */
        boolean goOn() {
            List<ModelId> moving = states.keySet().stream()
                    .filter(model -> states.get(model) != ModelState.READY || replacing.contains(model))
                    .filter(model -> states.get(model) != ModelState.FAILED)
                    .toList();
            if (moving.isEmpty()) {
                return false;
            }
            ModelId model = moving.get(random.nextInt(moving.size()));
            switch (Objects.requireNonNull(states.get(model))) {
                case LOADING -> move(model, broken.contains(model.version()) ? ModelState.FAILED : ModelState.WARMING);
                case WARMING -> move(model, ModelState.READY);
                case READY -> replacing.remove(model);
                case DRAINING -> {
                    move(model, ModelState.UNLOADED);
                    states.remove(model);
                }
                case UNLOADED, FAILED, ASLEEP -> throw new AssertionError(model);
            }
            return true;
        }

        /** An operator does something; he never takes away the last whole version. */
        void operate() {
            long version = random.nextLong(1, 6);
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    if (present.add(version)) {
                        files.merge(version, 1, Integer::sum);
                    }
                }
                case 2 -> files.merge(version, 1, Integer::sum);
                default -> {
                    if (version > 1) {
                        present.remove(version);
                    }
                }
            }
        }
    }

    @Test
    void whileAWholeVersionIsThereAReadyOneIsAndInTheEndTheNewestWholeOne() {
        for (int seed = 0; seed < 2_000; seed++) {
            World world = new World(seed);
            boolean everReady = false;
            for (int event = 0; event < 60; event++) {
                if (world.random.nextInt(3) == 0) {
                    world.operate();
                } else {
                    world.goOn();
                }
                world.reconcile();
                assertTrue(!everReady || world.anyReady(), "seed " + seed + ", event " + event);
                everReady |= world.anyReady();
            }
            while (world.goOn()) {
                world.reconcile();
            }
            long newestWhole = world.present.stream()
                    .filter(version -> !world.broken.contains(version))
                    .max(Long::compare)
                    .orElseThrow();
            List<Long> ready = world.states.keySet().stream()
                    .filter(model -> world.states.get(model) == ModelState.READY)
                    .map(ModelId::version)
                    .toList();
            assertEquals(List.of(newestWhole), ready, "seed " + seed);
        }
    }
}

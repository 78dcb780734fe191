package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.VersionPolicy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What operators said is stronger than the settings and the files, as long as it can be done. */
class SelectionTest {

    private final Map<String, ModelWish> wishes = new HashMap<>();

    private static ModelFolder folder(String name, long... versions) {
        TreeMap<Long, Fingerprint> files = new TreeMap<>();
        for (long version : versions) {
            files.put(version, Fingerprint.NONE);
        }
        return new ModelFolder(
                name, Path.of("models", name), files, VersionPolicy.NEWEST, Map.of(), TrafficConfig.NONE, List.of());
    }

    private List<ModelId> wanted(boolean untilTold, List<String> named) {
        Selection selection = new Selection(untilTold, named, name -> wishes.getOrDefault(name, ModelWish.none(name)));
        List<ModelFolder> repository = List.of(folder("a", 1, 2), folder("b", 1));
        return List.copyOf(selection.of(repository, Map.of(), broken -> false).keySet());
    }

    private void say(ModelWish wish) {
        wishes.put(wish.name(), wish);
    }

    @Test
    void withoutAWordTheSettingsDecide() {
        assertEquals(List.of(new ModelId("a", 2), new ModelId("b", 1)), wanted(true, List.of()));
        assertEquals(List.of(), wanted(false, List.of()));
        assertEquals(List.of(new ModelId("b", 1)), wanted(false, List.of("b")));
    }

    @Test
    void aWordIsStrongerThanTheSettings() {
        say(ModelWish.none("a").with(Memory.LOADED));
        say(ModelWish.none("b").with(Memory.UNLOADED));
        for (boolean untilTold : new boolean[] {true, false}) {
            assertEquals(List.of(new ModelId("a", 2)), wanted(untilTold, List.of("b")));
        }
    }

    @Test
    void aPinHoldsWhileAnyOfItsVersionsIsThere() {
        say(ModelWish.none("a").serving(List.of("1")));
        say(ModelWish.none("b").serving(List.of("7")));
        assertEquals(List.of(new ModelId("a", 1), new ModelId("b", 1)), wanted(true, List.of()));
        say(ModelWish.none("a").serving(List.of("1", "7")));
        assertEquals(List.of(new ModelId("a", 1), new ModelId("b", 1)), wanted(true, List.of()));
    }

    private Map<ModelId, String> reasons(boolean untilTold, TrafficPlan plan) {
        Selection selection =
                new Selection(untilTold, List.of(), name -> wishes.getOrDefault(name, ModelWish.none(name)));
        return selection.reasons(List.of(folder("a", 1, 2, 3)), Map.of("a", plan));
    }

    private String reason(boolean untilTold, TrafficPlan plan, long version) {
        return String.valueOf(reasons(untilTold, plan).get(new ModelId("a", version)));
    }

    @Test
    void whatIsNotWantedHasAReason() {
        assertEquals("", reason(true, TrafficPlan.NONE, 3));
        assertEquals(
                "versions to be served: latest, as its files say, or by default", reason(true, TrafficPlan.NONE, 2));
        assertEquals(
                "worker.control.mode is explicit, and nobody has asked for the model",
                reason(false, TrafficPlan.NONE, 3));
        say(ModelWish.none("a").serving(List.of("1")));
        assertEquals("", reason(true, TrafficPlan.NONE, 1));
        assertEquals("versions to be served: 1, as an operator has said", reason(true, TrafficPlan.NONE, 3));
        say(ModelWish.none("a").with(Memory.UNLOADED));
        assertEquals("an operator has unloaded the model", reason(true, TrafficPlan.NONE, 3));
    }

    @Test
    void aTrialIsAReasonToo() {
        TrafficPlan plan = new TrafficPlan(null, 1, 3, Map.of());
        assertEquals("", reason(true, plan, 1));
        assertEquals("it is neither the stable version nor the one on trial", reason(true, plan, 2));
        assertEquals("", reason(true, plan, 3));
        TrafficPlan over = new TrafficPlan(null, 1, TrafficPlan.NOBODY, Map.of(3L, "too slow"));
        assertEquals("it has been sent away: too slow", reason(true, over, 3));
    }

    @Test
    void aPinLoadsNothingThatIsToBeUnloaded() {
        say(ModelWish.none("a").serving(List.of("all")).with(Memory.UNLOADED));
        assertEquals(List.of(new ModelId("b", 1)), wanted(true, List.of()));
    }
}

package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelWish.Memory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelWishTest {

    private static final ModelSource FROM = new ModelSource("https://models.example.org/5.onnx", "");

    private final ModelWish none = ModelWish.none("digits");

    @Test
    void eachWordChangesItsOwnPart() {
        ModelWish all = none.with(Memory.UNLOADED)
                .serving(List.of("latest 2"))
                .instances(3)
                .labelled("stable", 3)
                .labelled("canary", 4)
                .trying("{}")
                .with(new Rollout(1, Map.of(2L, "it fails"), ""))
                .sourced(5, FROM);
        assertEquals(
                new ModelWish(
                        "digits",
                        Memory.UNLOADED,
                        List.of("latest 2"),
                        3,
                        Map.of(),
                        Map.of("stable", 3L, "canary", 4L),
                        "{}",
                        new Rollout(1, Map.of(2L, "it fails"), ""),
                        Map.of(5L, FROM)),
                all);
        assertEquals(
                new ModelWish(
                        "digits",
                        Memory.LOADED,
                        List.of(),
                        0,
                        Map.of(),
                        Map.of("stable", 5L, "canary", 0L),
                        "",
                        new Rollout(1, Map.of(), ""),
                        Map.of()),
                all.with(Memory.LOADED)
                        .sourced(5, null)
                        .instances(0)
                        .serving(List.of())
                        .labelled("stable", 5)
                        .labelled("canary", 0)
                        .trying(""));
    }

    @Test
    void aGroupHasItsOwnNumberUntilAllAreToldTheSame() {
        ModelWish two = none.instances(2).instances("cuda:0", 1);
        assertEquals(1, two.instancesIn("cuda:0"));
        assertEquals(2, two.instancesIn("cpu"));
        assertEquals(2, two.instances("cuda:0", 0).instancesIn("cuda:0"));
        assertEquals(3, two.instances(3).instancesIn("cuda:0"));
        assertEquals(two, none.withInstancesOf(two));
    }

    @Test
    void aLabelThatIsTakenAwayIsAWordToo() {
        assertTrue(none.saysNothing());
        assertFalse(none.labelled("stable", 0).saysNothing(), "the one of model.yaml is not to come back");
        assertTrue(none.labelled("stable", 3).unlabelled("stable").saysNothing());
        assertFalse(none.with(Memory.LOADED).saysNothing());
        assertFalse(none.instances(2).saysNothing());
        assertEquals(
                2,
                none.instances(2)
                        .with(Memory.LOADED)
                        .serving(List.of())
                        .labelled("a", 1)
                        .instances());
        assertFalse(none.serving(List.of("all")).saysNothing());
        assertTrue(none.serving(List.of("all")).serving(List.of()).saysNothing());
    }

    @Test
    void whatIsTakenBackLeavesWhatWasSaidSince() {
        ModelWish before = none.trying("{candidate: 2}").with(new Rollout(1, Map.of(2L, "it fails"), "s"));
        ModelWish after = before.serving(List.of("1")).with(new Rollout(1, Map.of(3L, "passed over"), "s"));
        assertEquals(before, after.takingBack(before, after));
        ModelWish since = after.with(Memory.LOADED)
                .labelled("stable", 1)
                .trying("{candidate: 4}")
                .with(new Rollout(1, Map.of(3L, "it fails", 4L, "late"), "t"));
        ModelWish expected = before.with(Memory.LOADED)
                .labelled("stable", 1)
                .trying("{candidate: 4}")
                .with(new Rollout(1, Map.of(2L, "it fails", 3L, "it fails", 4L, "late"), "t"));
        assertEquals(expected, since.takingBack(before, after));
    }
}

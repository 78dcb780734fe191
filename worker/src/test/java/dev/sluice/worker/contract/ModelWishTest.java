package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.ModelWish.Memory;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelWishTest {

    private final ModelWish none = ModelWish.none("digits");

    @Test
    void eachWordChangesItsOwnPart() {
        ModelWish all = none.with(Memory.UNLOADED)
                .serving(List.of("latest 2"))
                .labelled("stable", 3)
                .labelled("canary", 4);
        assertEquals(
                new ModelWish("digits", Memory.UNLOADED, List.of("latest 2"), Map.of("stable", 3L, "canary", 4L)), all);
        assertEquals(
                new ModelWish("digits", Memory.LOADED, List.of(), Map.of("stable", 5L, "canary", 0L)),
                all.with(Memory.LOADED).serving(List.of()).labelled("stable", 5).labelled("canary", 0));
    }

    @Test
    void aLabelThatIsTakenAwayIsAWordToo() {
        assertTrue(none.saysNothing());
        assertFalse(none.labelled("stable", 0).saysNothing(), "the one of model.yaml is not to come back");
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
}

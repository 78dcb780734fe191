package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.worker.contract.ModelCommand;
import org.junit.jupiter.api.Test;

/** What operators say of the number of instances holds whenever the model is loaded. */
class InstanceWishTest extends ControlFixture {

    @Test
    void noMoreAreMadeThanOperatorsWant() throws Exception {
        config("versions: [2]", "instances: 8");
        start();
        assertEquals(
                "each version has 2 instances",
                told(new ModelCommand.Instances(NAME, 2)).message());
        assertNull(told(new ModelCommand.Unload(NAME)).refusal());
        instancesMade.set(0);
        assertNull(told(new ModelCommand.Load(NAME)).refusal());
        assertEquals(1 + 2, instancesMade.get(), "one for the warm-up, and those that serve");
    }

    @Test
    void whatIsNotInMemoryHasThemOnceItIs() throws Exception {
        config("versions: [2]");
        start();
        assertNull(told(new ModelCommand.Unload(NAME)).refusal());
        assertEquals(
                "each version has 3 instances once it is in memory",
                told(new ModelCommand.Instances(NAME, 3)).message());
        instancesMade.set(0);
        assertNull(told(new ModelCommand.Load(NAME)).refusal());
        assertEquals(1 + 3, instancesMade.get());
    }
}

package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelState;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Commands while a model takes its time to load. */
class CommandTurnsFaultTest extends ControlFixture {

    private static final String SLOW = "slow";

    @Test
    void whatOneModelWaitsForHoldsUpNoCommandOfAnother() throws Exception {
        Files.createDirectories(models.resolve(SLOW).resolve("1"));
        start("control.mode=explicit", "control.loading_threads=2");
        othersLoad = new CompletableFuture<>();
        Future<Outcome> slow = later(new ModelCommand.Load(SLOW));
        await(() -> told.containsKey(SLOW));
        Future<Outcome> next = later(new ModelCommand.Unload(SLOW));
        assertNull(told(new ModelCommand.Serve(NAME, List.of("2"))).refusal());
        assertNull(told(new ModelCommand.Load(NAME)).refusal());
        assertEquals(ModelState.READY, states.get(2L));
        assertFalse(slow.isComplete());
        assertFalse(next.isComplete(), "commands of one model take turns");
        othersLoad.complete(null);
        assertNull(result(slow).refusal());
        assertNull(result(next).refusal());
    }
}

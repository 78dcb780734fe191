package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators want of a model with the versions 1, 2 and a broken 3, and a store that fails now and then. */
class WishesFaultTest extends ControlFixture {

    /** Each changes something. */
    private static final List<ModelCommand> COMMANDS = List.of(
            new ModelCommand.Label(NAME, "stable", 2),
            new ModelCommand.Rollback(NAME),
            new ModelCommand.Unload(NAME),
            new ModelCommand.Load(NAME),
            new ModelCommand.Serve(NAME, List.of("2")),
            new ModelCommand.Reset(NAME));

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void whatCannotBeKeptIsRefusedAndChangesNothing(int failing) throws Exception {
        Files.delete(models.resolve(NAME).resolve("3"));
        start();
        store.failingWrite = failing;
        for (ModelCommand command : COMMANDS) {
            ModelWish wishBefore = wish();
            Map<Long, ModelState> statesBefore = Map.copyOf(states);
            Map<String, Long> labelsBefore = Map.copyOf(labels);
            Outcome outcome = told(command);
            if (command.equals(COMMANDS.get(failing - 1))) {
                assertInstanceOf(InferenceError.NotKept.class, outcome.refusal());
                assertEquals(wishBefore, wish());
                assertEquals(wishBefore, kept());
                assertEquals(statesBefore, states);
                assertEquals(labelsBefore, labels);
                outcome = told(command);
            }
            assertNull(outcome.refusal(), command + ": " + outcome);
            assertEquals(wish(), kept());
        }
        assertTrue(wish().saysNothing());
        assertEquals(Map.of(1L, ModelState.UNLOADED, 2L, ModelState.READY), states);
        assertEquals(Map.of(), labels);
    }

    @Test
    void whatIsRefusedIsTakenBackFromTheStore() throws Exception {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), "versions: [1, 2]\n");
        start();
        assertNull(told(new ModelCommand.Serve(NAME, List.of("2"))).refusal());
        Outcome broken = told(new ModelCommand.Serve(NAME, List.of("3")));
        assertInstanceOf(InferenceError.ModelNotReady.class, broken.refusal());
        assertEquals(List.of("2"), kept().versions());
        assertEquals(3, store.writes.get());
        assertEquals(ModelState.READY, states.get(2L));
    }

    @Test
    void aStoreThatCouldNotBeToldOfARefusalIsToldWithTheNextWord() throws Exception {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), "versions: [1, 2]\n");
        start("control.poll=1h");
        store.failingWrite = 2;
        told(new ModelCommand.Serve(NAME, List.of("3")));
        assertEquals(List.of("3"), kept().versions(), "the store has failed at the wrong moment");
        assertEquals(List.of(), wish().versions());
        assertEquals(ModelState.READY, states.get(2L));
        assertNull(told(new ModelCommand.Serve(NAME, List.of())).refusal());
        assertEquals(List.of(), kept().versions(), "although that changes nothing here");
    }

    @Test
    void whatWasKeptHoldsFromTheStart() throws Exception {
        ModelWish wish = ModelWish.none(NAME).serving(List.of("1")).labelled("stable", 1);
        store.kept.put(NAME, wish);
        store.kept.put("gone", ModelWish.none("gone").with(Memory.UNLOADED));
        start();
        assertEquals(ModelState.READY, states.get(1L));
        assertEquals(ModelState.UNLOADED, states.get(2L));
        assertEquals(Map.of("stable", 1L), labels);
        assertEquals(wish, wish());
        assertEquals(0, store.writes.get());
        assertNull(told(new ModelCommand.Reset("gone")).refusal(), "of a model that is not there any more");
        assertTrue(store.kept.get("gone").saysNothing());
        assertInstanceOf(
                InferenceError.UnknownModel.class,
                told(new ModelCommand.Reset("gone")).refusal());
    }

    @Test
    void whatMakesNoSenseStopsTheStart() {
        store.kept.put(NAME, ModelWish.none(NAME).serving(List.of("the best")));
        ExecutionException failed = assertThrows(ExecutionException.class, this::start);
        assertTrue(failed.toString().contains(NAME) && failed.toString().contains("the best"), failed.toString());
    }

    @Test
    void wordsThatComeTogetherAreAllKept() throws Exception {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), "versions: [1, 2]\n");
        start();
        store.holds = true;
        List<Future<Outcome>> outcomes = new ArrayList<>();
        for (String label : List.of("a", "b", "c")) {
            outcomes.add(later(new ModelCommand.Label(NAME, label, 1)));
        }
        for (int i = 0; i < outcomes.size(); i++) {
            awaitWrite(i);
            assertFalse(outcomes.get(i).isComplete(), "nothing is confirmed that is not kept");
            store.held.get(i).complete(null);
            assertNull(result(outcomes.get(i)).refusal());
        }
        assertEquals(Map.of("a", 1L, "b", 1L, "c", 1L), kept().labels());
    }
}

package dev.sluice.gateway.front.multimodel;

import static dev.sluice.gateway.front.multimodel.ManagedModels.MODEL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelState;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class ModelOrdersTest {

    private ManagedModels managed;
    private List<Supplier<Optional<ModelCommand>>> steps;

    @BeforeEach
    void listen(Vertx vertx) {
        managed = new ManagedModels(vertx);
        steps = managed.orders().untilServed(MODEL, 2);
    }

    private Optional<ModelCommand> step(int place) {
        return steps.get(place).get();
    }

    @Test
    void nothingIsRegisteredBeforeAnybodyKnowsWhatThereIs() {
        ModelOrders early = new ModelOrders(new ModelDirectory());
        InferenceException refused = assertThrows(InferenceException.class, () -> early.versionToRegister(MODEL, "1"));
        assertInstanceOf(InferenceError.Starting.class, refused.error());
    }

    @Test
    void whatIsServedNeedsNothingMore() {
        managed.is(2, ModelState.READY, 1);
        assertEquals(Optional.empty(), step(0));
        assertEquals(Optional.empty(), step(1));
    }

    @Test
    void aModelThatHadBeenUnloadedIsLoaded() {
        managed.is(1, ModelState.UNLOADED, 0);
        managed.is(2, ModelState.UNLOADED, 0);
        assertEquals(Optional.of(new ModelCommand.Load(MODEL)), step(0));
        managed.is(2, ModelState.READY, 1);
        assertEquals(Optional.empty(), step(1));
    }

    @Test
    void whereOnlyOthersAreWantedThenItIsWantedBesideThem() {
        managed.is(2, ModelState.UNLOADED, 0);
        assertEquals(Optional.of(new ModelCommand.Load(MODEL)), step(0));
        managed.is(1, ModelState.DRAINING, 1);
        managed.is(3, ModelState.READY, 1);
        assertEquals(Optional.of(new ModelCommand.Serve(MODEL, List.of("2", "3"))), step(1));
    }

    @Test
    void whatIsOnItsWayOrThereIsTakenAndWhatHasFailedIsNot() {
        assertTrue(managed.orders().begin(MODEL, 2));
        assertFalse(managed.orders().begin(MODEL, 2), "it is on its way");
        managed.orders().isOver(new ModelCommand.Source(MODEL, 2, null));
        managed.is(2, ModelState.READY, 1);
        assertTrue(managed.orders().isTaken(MODEL));
        assertFalse(managed.orders().begin(MODEL, 2), "it is there");
        managed.is(2, ModelState.FAILED, 0);
        assertFalse(managed.orders().isTaken(MODEL));
        assertTrue(managed.orders().begin(MODEL, 2));
        assertTrue(managed.orders().isTaken(MODEL));
    }
}

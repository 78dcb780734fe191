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
import dev.sluice.worker.contract.ModelSource;
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

    private static final ModelCommand REGISTERED =
            new ModelCommand.Source(MODEL, 2, ModelSource.parse("https://models.example/m.onnx"));
    private static final ModelCommand FORGOTTEN = new ModelCommand.Source(MODEL, 2, null);

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
    void whatWasAloneOfItsNameLeavesAndIsForgotten() {
        managed.is(1, ModelState.UNLOADED, 0);
        assertTrue(managed.orders().begin(MODEL, 2));
        managed.is(2, ModelState.FAILED, 0);
        managed.is(1, ModelState.READY, 1); // in its place, unasked
        assertEquals(
                List.of(new ModelCommand.Unload(MODEL), FORGOTTEN),
                managed.orders().takingBack(REGISTERED));
    }

    @Test
    void whatCameBesideOthersIsForgottenAlone() {
        managed.is(1, ModelState.READY, 1);
        assertTrue(managed.orders().begin(MODEL, 2));
        assertFalse(managed.orders().begin(MODEL, 2));
        managed.is(2, ModelState.FAILED, 0);
        assertEquals(List.of(FORGOTTEN), managed.orders().takingBack(REGISTERED));
    }

    @Test
    void whatIsServedStaysWithAsManyWorkersAsItCameWith() {
        assertTrue(managed.orders().begin(MODEL, 2));
        managed.is(2, ModelState.READY, 1);
        assertEquals(List.of(), managed.orders().takingBack(REGISTERED));
    }

    @Test
    void ofOtherOrdersNothingIsTakenBack() {
        managed.is(2, ModelState.FAILED, 0);
        assertEquals(List.of(), managed.orders().takingBack(FORGOTTEN));
        assertEquals(List.of(), managed.orders().takingBack(new ModelCommand.Load(MODEL)));
    }
}

package dev.sluice.gateway.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.CircuitReport.Fallback;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who answers for whom, by what the workers have reported. */
class CircuitBreakersTest {

    private static final ModelId LARGE = new ModelId("large", 2);
    private static final ModelId SMALL = new ModelId("small", 7);
    private static final Signature SIGNATURE = signature("x", DataType.FP32, 4, true);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final ModelDirectory models = new ModelDirectory();

    private static Signature signature(String input, DataType type, long columns, boolean batched) {
        return new Signature(
                List.of(new TensorSpec(input, type, new Shape(Shape.VARIABLE, columns))),
                List.of(new TensorSpec("y", DataType.FP32, new Shape(Shape.VARIABLE, 2))),
                batched);
    }

    private void serve(ModelId model, Signature signature) {
        models.apply(new ModelReport(
                model,
                ModelState.READY,
                new ModelReport.Description("onnxruntime_onnx", signature, List.of(), 32, 1, "batcher." + model),
                ""));
    }

    private void report(ModelId model, CircuitState state, long until, @Nullable Fallback fallback) {
        report(model, "batcher." + model, state, until, fallback);
    }

    private void report(ModelId model, String batcher, CircuitState state, long until, @Nullable Fallback fallback) {
        models.circuits().apply(new CircuitReport(model, batcher, state, until, fallback));
    }

    private void isLoadedAnew(String batcher) {
        models.apply(new ModelReport(
                LARGE,
                ModelState.READY,
                new ModelReport.Description("onnxruntime_onnx", SIGNATURE, List.of(), 32, 1, batcher),
                ""));
    }

    @Test
    void whatABatcherThatLeavesReportsIsNotOfTheNextOne() {
        serve(LARGE, SIGNATURE);
        serve(SMALL, SIGNATURE);
        Fallback small = new Fallback("small", 7);
        report(LARGE, CircuitState.OPEN, 5 * SECOND, null);
        report(LARGE, "batcher.anew", CircuitState.CLOSED, 0, small); // it is not ready yet
        assertTrue(retryAfterMillis(SECOND) >= 4000, "of the one that serves still");
        assertEquals(CircuitState.OPEN, models.circuits().state(LARGE));
        isLoadedAnew("batcher.anew");
        assertEquals(LARGE, answering(SECOND));
        assertEquals(CircuitState.CLOSED, models.circuits().state(LARGE));
        report(LARGE, CircuitState.OPEN, 9 * SECOND, null);
        assertEquals(LARGE, answering(SECOND));
        assertEquals(CircuitState.CLOSED, models.circuits().state(LARGE));
        ModelEndpoint standsIn = models.circuits().fallback(models.newest("large"), SECOND);
        assertEquals(SMALL, Objects.requireNonNull(standsIn).model(), "its own report is there still");
        report(LARGE, "batcher.anew", CircuitState.OPEN, 9 * SECOND, null);
        assertTrue(retryAfterMillis(SECOND) >= 8000);
    }

    private ModelId answering(long now) {
        return models.circuits().answering(models.newest("large"), now).model();
    }

    private long retryAfterMillis(long now) {
        InferenceException refused = assertThrows(InferenceException.class, () -> answering(now));
        return assertInstanceOf(InferenceError.CircuitOpen.class, refused.error())
                .retryAfterMillis();
    }

    @Test
    void nobodyIsRefusedBeforeAnythingIsReported() {
        serve(LARGE, SIGNATURE);
        assertEquals(LARGE, answering(0));
        assertEquals(CircuitState.CLOSED, models.circuits().state(LARGE));
    }

    @Test
    void anOpenCircuitRefusesUntilItsTimeIsOver() {
        serve(LARGE, SIGNATURE);
        report(LARGE, CircuitState.OPEN, 5 * SECOND, null);
        for (int i = 0; i < 100; i++) {
            long millis = retryAfterMillis(SECOND);
            assertTrue(millis >= 4000 && millis <= 5000, millis + " ms");
        }
        assertTrue(retryAfterMillis(5 * SECOND - 1) >= 1);
        assertEquals(LARGE, answering(5 * SECOND));
        report(LARGE, CircuitState.HALF_OPEN, 5 * SECOND, null);
        assertEquals(LARGE, answering(SECOND));
    }

    @Test
    void theFallbackAnswersOnlyMeanwhile() {
        serve(LARGE, SIGNATURE);
        serve(SMALL, SIGNATURE);
        Fallback small = new Fallback("small", 7);
        report(LARGE, CircuitState.CLOSED, 0, small);
        assertEquals(LARGE, answering(0));
        report(LARGE, CircuitState.OPEN, SECOND, small);
        assertEquals(SMALL, answering(0));
        assertEquals(LARGE, answering(SECOND));
        report(LARGE, CircuitState.OPEN, SECOND, new Fallback("small", Fallback.NEWEST));
        assertEquals(SMALL, answering(0));
    }

    @Test
    void aFallbackThatIsNotReadyOrIsOpenItselfDoesNot() {
        serve(LARGE, SIGNATURE);
        report(LARGE, CircuitState.OPEN, SECOND, new Fallback("small", Fallback.NEWEST));
        assertTrue(retryAfterMillis(0) >= 1000);
        models.apply(new ModelReport(SMALL, ModelState.LOADING, null, ""));
        assertTrue(retryAfterMillis(0) >= 1000);
        serve(SMALL, SIGNATURE);
        assertEquals(SMALL, answering(0));
        report(SMALL, CircuitState.OPEN, SECOND / 2, null);
        assertTrue(retryAfterMillis(0) >= 1000);
        assertEquals(SMALL, answering(SECOND / 2));
    }

    static Stream<Signature> others() {
        return Stream.of(
                signature("z", DataType.FP32, 4, true),
                signature("x", DataType.FP64, 4, true),
                signature("x", DataType.FP32, 5, true),
                signature("x", DataType.FP32, 4, false),
                new Signature(SIGNATURE.inputs(), List.of(), true));
    }

    @ParameterizedTest
    @MethodSource("others")
    void oneThatTakesOrGivesSomethingElseDoesNot(Signature other) {
        serve(LARGE, SIGNATURE);
        serve(SMALL, other);
        report(LARGE, CircuitState.OPEN, SECOND, new Fallback("small", 7));
        assertNull(models.circuits().fallback(models.newest("large"), 0));
        assertTrue(retryAfterMillis(0) >= 1000);
    }
}

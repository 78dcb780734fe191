package dev.sluice.gateway.front.djl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.InferenceError;
import org.junit.jupiter.api.Test;

class DjlDialectTest {

    private static final InferenceError FULL = new InferenceError.Overloaded("the queue is full", 1000);

    @Test
    void namesTheModelWhereOneIsKnown() {
        DjlDialect ofModel = new DjlDialect("echo", DjlDialect.Asked.PREDICTION);
        assertEquals("Worker queue capacity exceeded for model: echo (" + FULL.message() + ")", ofModel.text(FULL));
        assertEquals(
                "Worker queue capacity exceeded for model: (" + FULL.message() + ")", DjlDialect.NO_MODEL.text(FULL));
    }
}

package dev.sluice.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EngineCallerIT {

    private static final int CLASSES = 10;

    @ParameterizedTest
    @CsvSource({
        "models/mlp/1/model.onnx, 1",
        "models/mlp/1/model.onnx, 64",
        "../conf/models/digits/1/model.onnx, 1",
        "../conf/models/digits/1/model.onnx, 64"
    })
    void eachCallAnswersProbabilitiesForEachRow(String model, int batchRows) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(model)) {
            EngineCaller caller = new EngineCaller(environment, session, batchRows);
            FloatBuffer first = caller.call();
            assertEquals(batchRows * CLASSES, first.remaining());
            for (int row = 0; row < batchRows; row++) {
                assertEquals(1, sum(first, row), 1e-4);
            }
            assertEquals(first, caller.call());
        }
    }

    @Test
    void aLoadCountsTheImagesOfAllItsCallers() throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession("models/mlp/1/model.onnx");
                EngineLoad load = new EngineLoad(environment, session, 2, 4)) {
            EngineLoad.Result result = load.run(50_000_000);
            assertTrue(result.imagesPerSecond() > 0 && result.cpuMicrosPerImage() > 0, result.toString());
        }
    }

    private static double sum(FloatBuffer values, int row) {
        double sum = 0;
        for (int at = row * CLASSES; at < (row + 1) * CLASSES; at++) {
            sum += values.get(at);
        }
        return sum;
    }
}

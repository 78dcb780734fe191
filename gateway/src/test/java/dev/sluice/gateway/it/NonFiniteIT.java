package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** NaN and infinities through a whole gateway, with and without {@code json.nan_and_infinity}. */
class NonFiniteIT {

    private static final String WORDS = "[NaN,Infinity,-Infinity]";
    private static final String BODY = "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,3],\"data\":"
            + WORDS + "}],\"parameters\":{\"priority\":1}}";

    @Test
    void standForThemselvesByOption() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, "json.nan_and_infinity=true")) {
            Answer answer = gateway.infer("echo", BODY);
            assertEquals(200, answer.status(), answer.body());
            assertTrue(answer.body().contains("\"data\":" + WORDS), answer.body());
        }
    }

    @Test
    void areRefusedWithoutItAndTheRefusalSaysSo() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS)) {
            String error = gateway.infer("echo", BODY).error(400);
            assertTrue(error.startsWith("inputs[0].data[0]: NaN is not JSON"), error);
            assertTrue(error.contains("json.nan_and_infinity: true"), error);
        }
    }
}

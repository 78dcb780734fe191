package dev.sluice.gateway.it;

/** TensorFlow Serving's REST interface answers as recorded. */
class TensorFlowServingIT extends RecordedProfile {

    TensorFlowServingIT() {
        super("tensorflow-serving", 100);
    }
}

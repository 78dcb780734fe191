package dev.sluice.worker;

import dev.sluice.worker.engine.Engine;

/** An engine that reads no files; what it loads, each test says. */
abstract class FakeEngine implements Engine {

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public String modelFile() {
        return "model.onnx";
    }
}

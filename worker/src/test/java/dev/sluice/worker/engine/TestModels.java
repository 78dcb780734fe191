package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Tensor;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The tiny models that models.py made, and one engine for all tests.
 *
 * @thread any
 */
final class TestModels {

    private TestModels() {}

    /** Apart, so that tests which only need a file load no native library. */
    private static final class OneEngine {
        static final Engine ENGINE = new OnnxEngine();
    }

    static Engine engine() {
        return OneEngine.ENGINE;
    }

    static Path file(String name) {
        URL url = Objects.requireNonNull(TestModels.class.getResource(name), name);
        try {
            return Path.of(new URI(url.toString()));
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static LoadedModel load(String name) throws ModelLoadException {
        return engine().load(file(name + ".onnx"), new EngineOptions(1));
    }

    /** One call by an instance of its own, which the engine gives all memory. */
    static List<Tensor> run(LoadedModel model, List<Tensor> inputs, List<String> outputs) {
        try (ModelInstance once = model.newInstance(1, 0)) {
            return once.run(inputs, outputs);
        }
    }
}

package dev.sluice.worker.engine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * The engines of this build, each for models of its own kind.
 *
 * @thread any
 */
public final class Engines {

    /** What a build may have beside ONNX Runtime: by model file, the profile that adds its engine. */
    private static final Map<String, String> PROFILES =
            Map.of("model.pt", "engine-pytorch", "model.savedmodel", "engine-tensorflow");

    private final List<Engine> engines;

    public Engines(List<Engine> engines) {
        this.engines = List.copyOf(engines);
    }

    /**
     * ONNX Runtime, and those whose jars lie on the class path.
     *
     * @param optimized where what is made of models is kept, if anywhere
     */
    public static Engines installed(Optional<OptimizedFiles> optimized) {
        List<Engine> all = new ArrayList<>();
        all.add(new OnnxEngine(optimized));
        ServiceLoader.load(Engine.class).forEach(all::add);
        return new Engines(all);
    }

    /**
     * The one for that model.
     *
     * @throws ModelLoadException when this build has none
     */
    public Engine of(Path modelFile) throws ModelLoadException {
        String name = modelFile.getFileName().toString();
        for (Engine engine : engines) {
            if (engine.modelFile().equals(name)) {
                return engine;
            }
        }
        String profile = PROFILES.get(name);
        throw new ModelLoadException(
                modelFile,
                profile == null
                        ? "no engine loads a file of that name"
                        : "this build has no engine for it: it is added by the Maven profile " + profile
                                + ", as in SLUICE_ENGINES=" + profile.substring("engine-".length())
                                + " ./sluice serve");
    }
}

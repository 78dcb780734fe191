package dev.sluice.worker.engine;

import java.nio.file.Path;

/**
 * Turns model files into models that can run.
 *
 * @thread any; loading blocks, so it belongs on a virtual or worker thread
 */
public interface Engine {

    /**
     * Reads a model file and makes it ready to run.
     *
     * @param modelFile called {@link #modelFile} where it lies in a repository
     * @return a model that the caller closes
     * @throws ModelLoadException when the file is missing, broken, or a model that cannot be served
     */
    LoadedModel load(Path modelFile, EngineOptions options) throws ModelLoadException;

    /** As monitoring calls it: {@code onnxruntime}. */
    String name();

    String version();

    /** The file or folder of a version that its models lie in: {@code model.onnx}. */
    String modelFile();
}

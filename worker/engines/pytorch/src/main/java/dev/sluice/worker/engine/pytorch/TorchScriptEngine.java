package dev.sluice.worker.engine.pytorch;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.engine.ComputedModel;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelLoadException;
import dev.sluice.worker.engine.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Loads TorchScript archives into libtorch, on the CPU.
 *
 * <p>The native library is that of the class path; DJL unpacks it into its cache once (DJL_CACHE_DIR) and fetches nothing.
 *
 * @thread any
 * @source DJL 0.35.1, PtModel
 */
public final class TorchScriptEngine implements Engine {

    private static final String DJL_ENGINE = "PyTorch";

    /** Nothing native is loaded before there is a model for it. */
    private static final class Library {

        private static final String VERSION = begin();

        private Library() {}

        static String load() {
            return VERSION;
        }

        private static String begin() {
            // Set before DJL's classes load; the process has other threads enough for what runs at one time.
            System.getProperties().putIfAbsent("OPT_OUT_TRACKING", "true");
            System.getProperties().putIfAbsent("ai.djl.offline", "true");
            System.getProperties().putIfAbsent("ai.djl.pytorch.num_interop_threads", "1");
            return ai.djl.engine.Engine.getEngine(DJL_ENGINE).getVersion();
        }
    }

    @Override
    public LoadedModel load(Path modelFile, EngineOptions options) throws ModelLoadException {
        Signature signature = options.declared();
        if (signature == null) {
            throw new ModelLoadException(
                    modelFile,
                    "TorchScript says neither names nor shapes: model.yaml must, in signature.inputs and"
                            + " signature.outputs (or a config.pbtxt for the backend pytorch)");
        }
        Optional<String> fault = fault(signature, options.placement());
        if (fault.isPresent()) {
            throw new ModelLoadException(modelFile, fault.get());
        }
        if (!Files.isRegularFile(modelFile)) {
            throw new ModelLoadException(modelFile, "there is no such file");
        }
        Model owner = open(modelFile);
        try {
            owner.load(
                    modelFile.toAbsolutePath().getParent(),
                    modelFile.getFileName().toString());
            return new ComputedModel(
                    modelFile.toString(),
                    "pytorch_libtorch",
                    signature,
                    new TorchScript(owner, signature, options.intraOpThreads()));
        } catch (IOException | MalformedModelException | RuntimeException e) {
            owner.close();
            throw new ModelLoadException(modelFile, "libtorch cannot load it: " + TorchErrors.readable(e), e);
        }
    }

    private static Model open(Path modelFile) throws ModelLoadException {
        try {
            Library.load();
            return Model.newInstance(modelFile.toString(), Device.cpu(), DJL_ENGINE);
        } catch (EngineException | LinkageError e) {
            throw new ModelLoadException(modelFile, "this machine cannot load libtorch: " + TorchErrors.readable(e), e);
        }
    }

    private static Optional<String> fault(Signature signature, Placement placement) {
        if (!placement.isPlainCpu()) {
            return Optional.of("this build of the PyTorch engine runs on the CPU, without execution providers (got "
                    + placement + ")");
        }
        if (signature.inputs().isEmpty() || signature.outputs().isEmpty()) {
            return Optional.of(
                    "model.yaml: signature: names no " + (signature.inputs().isEmpty() ? "input" : "output"));
        }
        return Stream.concat(signature.inputs().stream(), signature.outputs().stream())
                .filter(spec -> !TorchTypes.has(spec.dataType()))
                .map(TensorSpec::toString)
                .findFirst()
                .map(spec -> "model.yaml: signature: " + spec + " has a type that PyTorch lacks (expected one of "
                        + TorchTypes.all() + ")");
    }

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public String version() {
        return Library.load();
    }

    @Override
    public String modelFile() {
        return "model.pt";
    }
}

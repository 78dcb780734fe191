package dev.sluice.worker.engine;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.onnxruntime.engine.OrtNDManager;
import ai.djl.onnxruntime.engine.OrtSymbolBlock;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Loads ONNX files into ONNX Runtime sessions that DJL owns.
 *
 * @thread any; one engine per process is enough
 * @owns three tiny sessions for unsigned inputs, for the life of the process
 * @source DJL 0.38.0, OrtEngine and OrtModel
 */
public final class OnnxEngine implements Engine {

    private static final String DJL_ENGINE = "OnnxRuntime";

    private final OrtEnvironment environment;
    private final OnnxTensors tensors;

    public OnnxEngine() {
        // DJL asks a cloud's metadata service whom it runs for as soon as its classes load, unless told not to.
        System.getProperties().putIfAbsent("OPT_OUT_TRACKING", "true");
        // And it loads PyTorch for what ONNX Runtime's arrays cannot do, which nothing here asks of them.
        System.getProperties().putIfAbsent("ai.djl.onnx.disable_alternative", "true");
        // Before any use of OrtEnvironment: DJL insists on being the one that creates it.
        ai.djl.engine.Engine.getEngine(DJL_ENGINE);
        environment = OrtEnvironment.getEnvironment();
        tensors = new OnnxTensors(environment, UnsignedCasts.open(environment));
    }

    @Override
    public LoadedModel load(Path modelFile, EngineOptions options) throws ModelLoadException {
        LoadedModel model = placed(modelFile, options);
        try {
            options.check(modelFile, model.signature());
            return model;
        } catch (ModelLoadException contradiction) {
            model.close();
            throw contradiction;
        }
    }

    private LoadedModel placed(Path modelFile, EngineOptions options) throws ModelLoadException {
        Placement placement = options.placement();
        Optional<String> fault = ExecutionProviders.fault(placement);
        if (fault.isPresent()) {
            throw new ModelLoadException(modelFile, fault.get());
        }
        try {
            Optional<String> lack = ExecutionProviders.lack(placement, version());
            if (lack.isPresent()) {
                throw new ModelLoadException(
                        modelFile, lack.get() + " (cpu_fallback: true in its model.yaml lets the CPU run it)");
            }
            return new PlacedModel(session(modelFile, options), placement.device(), List.of());
        } catch (ModelLoadException e) {
            if (placement.providerName().equals(Placement.CPU_DEVICE) || !placement.cpuFallback()) {
                throw e;
            }
            LoadedModel onCpu =
                    session(modelFile, new EngineOptions(options.intraOpThreads())); // or it is the file's fault
            String remark = "the CPU runs it in place of " + placement + ": " + e.reason();
            return new PlacedModel(onCpu, Placement.CPU_DEVICE, List.of(remark));
        }
    }

    private LoadedModel session(Path modelFile, EngineOptions options) throws ModelLoadException {
        try (SessionOptions sessionOptions = SessionSettings.of(options)) {
            OnnxFile file = OnnxFile.scan(modelFile);
            if (!file.shapelessInputs().isEmpty()) {
                throw new ModelLoadException(
                        modelFile, "these inputs have no shape, not even a rank: " + file.shapelessInputs());
            }
            return load(file, modelFile, sessionOptions);
        } catch (NoSuchFileException e) {
            throw new ModelLoadException(modelFile, "there is no such file", e);
        } catch (IOException e) {
            throw new ModelLoadException(modelFile, "cannot be read: " + e.getMessage(), e);
        } catch (OrtException e) {
            throw OnnxErrors.ofLoad(modelFile, e);
        }
    }

    private LoadedModel load(OnnxFile file, Path modelFile, SessionOptions sessionOptions)
            throws IOException, OrtException, ModelLoadException {
        try (ModelFiles files =
                file.hasWeightsOutside() ? ModelFiles.copied(modelFile) : ModelFiles.asTheyAre(modelFile)) {
            Path from = files.modelFile();
            Set<String> optional = file.optionalInputs();
            if (optional.isEmpty()) {
                return adopt(modelFile, environment.createSession(from.toString(), sessionOptions), Map.of());
            }
            OptionalInputs inputs = OptionalInputs.extract(Files.readAllBytes(from), optional);
            SessionSettings.resolveExternalDataIn(from.toAbsolutePath().getParent(), sessionOptions);
            return adopt(modelFile, environment.createSession(inputs.model(), sessionOptions), inputs.defaults());
        }
    }

    /** From here on DJL owns the session; it closes it with its model, exactly once. */
    private LoadedModel adopt(Path modelFile, OrtSession session, Map<String, Tensor> defaults)
            throws OrtException, ModelLoadException {
        Model owner = Model.newInstance(modelFile.toString(), Device.cpu(), DJL_ENGINE);
        owner.setBlock(new OrtSymbolBlock(session, (OrtNDManager) owner.getNDManager()));
        try {
            return new OnnxModel(
                    owner, session, OnnxSignatures.of(session, defaults.keySet(), modelFile), defaults, tensors);
        } catch (OrtException | ModelLoadException | RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "onnxruntime";
    }

    @Override
    public String version() {
        return environment.getVersion();
    }

    @Override
    public String modelFile() {
        return "model.onnx";
    }
}

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
import dev.sluice.worker.engine.OptimizedModels.Opened;
import dev.sluice.worker.engine.OptimizedModels.Original;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    private final OptimizedModels optimized;

    /** One that opens all models as they are. */
    public OnnxEngine() {
        this(Optional.empty());
    }

    /** @param kept where it keeps what it has made of models, if anywhere */
    public OnnxEngine(Optional<OptimizedFiles> kept) {
        // DJL asks a cloud's metadata service whom it runs for as soon as its classes load, unless told not to.
        System.getProperties().putIfAbsent("OPT_OUT_TRACKING", "true");
        // And it loads PyTorch for what ONNX Runtime's arrays cannot do, which nothing here asks of them.
        System.getProperties().putIfAbsent("ai.djl.onnx.disable_alternative", "true");
        // Before any use of OrtEnvironment: DJL insists on being the one that creates it.
        ai.djl.engine.Engine.getEngine(DJL_ENGINE);
        environment = OrtEnvironment.getEnvironment();
        tensors = new OnnxTensors(environment, UnsignedCasts.open(environment));
        optimized = new OptimizedModels(environment, kept.orElse(null));
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
        try {
            OnnxFile file = OnnxFile.scan(modelFile);
            if (!file.shapelessInputs().isEmpty()) {
                throw new ModelLoadException(
                        modelFile, "these inputs have no shape, not even a rank: " + file.shapelessInputs());
            }
            return load(file, modelFile, options);
        } catch (NoSuchFileException e) {
            throw new ModelLoadException(modelFile, "there is no such file", e);
        } catch (IOException e) {
            throw new ModelLoadException(modelFile, "cannot be read: " + e.getMessage(), e);
        } catch (OrtException e) {
            throw OnnxErrors.ofLoad(modelFile, e);
        }
    }

    private LoadedModel load(OnnxFile file, Path modelFile, EngineOptions options)
            throws IOException, OrtException, ModelLoadException {
        boolean weightsOutside = file.hasWeightsOutside();
        Set<String> optional = file.optionalInputs();
        OptionalInputs inputs =
                optional.isEmpty() ? null : OptionalInputs.extract(Files.readAllBytes(modelFile), optional);
        Opened opened = optimized.open(
                new Original(modelFile, weightsOutside, settings -> {
                    try (ModelFiles files =
                            weightsOutside ? ModelFiles.copied(modelFile) : ModelFiles.asTheyAre(modelFile)) {
                        return session(files.modelFile(), inputs, settings);
                    }
                }),
                options);
        return adopt(modelFile, opened, inputs == null ? Map.of() : inputs.defaults());
    }

    private OrtSession session(Path from, @Nullable OptionalInputs inputs, SessionOptions settings)
            throws OrtException {
        if (inputs == null) {
            return environment.createSession(from.toString(), settings);
        }
        SessionSettings.resolveExternalDataIn(from.toAbsolutePath().getParent(), settings);
        return environment.createSession(inputs.model(), settings);
    }

    /** From here on DJL owns the session; it closes it with its model, exactly once. */
    private LoadedModel adopt(Path modelFile, Opened opened, Map<String, Tensor> defaults)
            throws OrtException, ModelLoadException {
        OrtSession session = opened.session();
        Model owner = Model.newInstance(modelFile.toString(), Device.cpu(), DJL_ENGINE);
        owner.setBlock(new OrtSymbolBlock(session, (OrtNDManager) owner.getNDManager()));
        try {
            return new OnnxModel(
                    owner, opened, OnnxSignatures.of(session, defaults.keySet(), modelFile), defaults, tensors);
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

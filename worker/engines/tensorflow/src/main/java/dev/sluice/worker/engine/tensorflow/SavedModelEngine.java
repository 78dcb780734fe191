package dev.sluice.worker.engine.tensorflow;

import dev.sluice.worker.engine.ComputedModel;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelLoadException;
import dev.sluice.worker.engine.Placement;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.TensorFlow;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.proto.ConfigProto;

/**
 * Loads SavedModels into TensorFlow sessions, on the CPU.
 *
 * <p>The native library is that of the class path; JavaCPP unpacks it into its cache once (-Dorg.bytedeco.javacpp.cachedir).
 *
 * @thread any
 * @source TensorFlow Java 1.1.0
 */
public final class SavedModelEngine implements Engine {

    private static final String TAG = "serve";

    @Override
    public LoadedModel load(Path modelFile, EngineOptions options) throws ModelLoadException {
        Placement placement = options.placement();
        if (!placement.isPlainCpu()) {
            throw new ModelLoadException(
                    modelFile,
                    "this build of the TensorFlow engine runs on the CPU, without execution providers (got " + placement
                            + ")");
        }
        if (!Files.isDirectory(modelFile)) {
            throw new ModelLoadException(modelFile, "there is no such folder");
        }
        SavedModelBundle bundle = open(modelFile, options.intraOpThreads());
        try {
            SavedSignature signature = SavedSignature.of(bundle.metaGraphDef(), modelFile);
            options.check(modelFile, signature.signature());
            return new ComputedModel(
                    modelFile.toString(),
                    "tensorflow_savedmodel",
                    signature.signature(),
                    new SavedModel(bundle, signature));
        } catch (ModelLoadException | RuntimeException e) {
            bundle.close();
            throw e;
        }
    }

    private static SavedModelBundle open(Path modelFile, int intraOpThreads) throws ModelLoadException {
        ConfigProto threads = ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(intraOpThreads)
                .setInterOpParallelismThreads(1)
                .build();
        try {
            return SavedModelBundle.loader(modelFile.toString())
                    .withTags(TAG)
                    .withConfigProto(threads)
                    .load();
        } catch (TensorFlowException e) {
            throw new ModelLoadException(modelFile, "TensorFlow cannot load it: " + SavedModel.readable(e), e);
        } catch (LinkageError e) {
            throw new ModelLoadException(modelFile, "this machine cannot load TensorFlow: " + e, e);
        }
    }

    @Override
    public String name() {
        return "tensorflow";
    }

    @Override
    public String version() {
        return TensorFlow.version();
    }

    @Override
    public String modelFile() {
        return "model.savedmodel";
    }
}

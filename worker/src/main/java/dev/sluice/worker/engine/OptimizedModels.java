package dev.sluice.worker.engine;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.sluice.worker.digest.FileDigests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens models as ONNX Runtime has optimised them before, where it has, and has it write that down where it has not.
 *
 * <p>What it writes is a model again, the very graph that it would run, made for processors like this one. So it is opened
 * without another look at what could be optimised, and the key is all that it follows from: the files, the library, the
 * processor. Only what the CPU's own kernels run is kept: other providers make parts of a model into something that
 * cannot be written.
 *
 * @thread any
 * @bound {@value #MOST_FAULTS} keys of what is of no use are remembered; with one more all are forgotten
 * @errors none of its own: whatever is in the way, the model itself is opened
 * @source ONNX Runtime, "Graph optimizations": offline mode
 */
final class OptimizedModels {

    private static final Logger LOG = LoggerFactory.getLogger(OptimizedModels.class);

    /** What is kept and how; to be raised with either. */
    private static final String FORMAT = "sluice optimised model 1";

    private static final String MODEL = "model.onnx";
    private static final String WEIGHTS = "weights";

    private final OrtEnvironment environment;
    private final @Nullable OptimizedFiles files;

    /** From so many bytes on weights are written beside the graph: within it, they would all be copied once more. */
    private static final long WEIGHTS_APART_BYTES = 8L << 20;

    /** What is larger may become too large for one message of protobuf, and would have been opened twice for nothing. */
    private static final long MOST_BYTES = 1792L << 20;

    /** What was broken is written once more; what is broken even so is not. */
    private static final int UNFIT = 2;

    private static final int MOST_FAULTS = 1024;

    /** By key, how often in a row it was of no use; {@value #UNFIT} also where it cannot be written at all. */
    private final Map<String, Integer> faults = new ConcurrentHashMap<>();

    private volatile boolean saidUseless;

    /** @param files null to open all models as they are */
    OptimizedModels(OrtEnvironment environment, @Nullable OptimizedFiles files) {
        this.environment = environment;
        this.files = files;
    }

    /**
     * A model as its files have it.
     *
     * @param weightsOutside whether some of its weights lie in other files
     * @thread the one that loads it
     */
    record Original(Path modelFile, boolean weightsOutside, Opening opening) {

        /** Makes a session of it. */
        @FunctionalInterface
        interface Opening {
            OrtSession open(SessionOptions settings) throws IOException, OrtException;
        }

        private OrtSession open(EngineOptions options) throws IOException, OrtException {
            try (SessionOptions settings = SessionSettings.of(options)) {
                return opening.open(settings);
            }
        }
    }

    /** @param before whether what it was made from had been optimised before */
    record Opened(OrtSession session, boolean before) {}

    Opened open(Original model, EngineOptions options) throws IOException, OrtException {
        if (files == null || !options.placement().isPlainCpu() || !isThere(files)) {
            return new Opened(model.open(options), false);
        }
        Optional<String> key = key(model);
        if (key.isEmpty() || isUnfit(key.get())) {
            return new Opened(model.open(options), false);
        }
        Optional<OrtSession> known = known(files, key.get(), model, options);
        return known.isPresent()
                ? new Opened(known.get(), true)
                : new Opened(written(files, key.get(), model, options), false);
    }

    /** Before files are read for their digests, which would be for nothing. */
    private boolean isThere(OptimizedFiles kept) {
        if (Processor.kind().isEmpty()) {
            return false;
        }
        try {
            kept.open();
            return true;
        } catch (IOException unusable) {
            sayOnce(unusable);
            return false;
        }
    }

    private boolean isUnfit(String key) {
        return faults.getOrDefault(key, 0) >= UNFIT;
    }

    private void fault(String key, int count) {
        if (faults.size() >= MOST_FAULTS) {
            faults.clear(); // then some are tried again
        }
        faults.merge(key, count, Integer::sum);
    }

    /** Of all that it follows from; empty where not all of that can be read, such as what the processor can do. */
    private Optional<String> key(Original model) {
        Optional<String> processor = Processor.kind();
        if (processor.isEmpty()) {
            return Optional.empty();
        }
        List<String> lines = new ArrayList<>(List.of(
                FORMAT,
                "onnxruntime " + environment.getVersion(),
                "provider " + Placement.CPU.providerName(),
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                processor.get()));
        try {
            if (Files.size(model.modelFile) > MOST_BYTES) {
                return Optional.empty();
            }
            lines.add(FileDigests.of(model.modelFile));
            if (model.weightsOutside) {
                Path folder = model.modelFile.toAbsolutePath().resolveSibling("");
                for (Path file : ModelFiles.files(folder)) {
                    lines.add(folder.relativize(file) + " " + FileDigests.of(file));
                }
            }
        } catch (IOException unreadable) {
            LOG.debug("nothing is kept of {}: {}", model.modelFile, unreadable.toString());
            return Optional.empty();
        }
        return Optional.of(FileDigests.of(String.join("\n", lines)));
    }

    private Optional<OrtSession> known(OptimizedFiles kept, String key, Original model, EngineOptions options) {
        Optional<Path> folder;
        try {
            folder = kept.find(key);
        } catch (IOException unusable) {
            sayOnce(unusable);
            return Optional.empty();
        }
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        Path file = folder.get().resolve(MODEL);
        try (SessionOptions settings = SessionSettings.of(options)) {
            settings.setOptimizationLevel(OptLevel.NO_OPT); // the search for what is not left takes its time too
            OrtSession session = environment.createSession(file.toString(), settings);
            faults.remove(key);
            return Optional.of(session);
        } catch (OrtException useless) {
            String why = OnnxErrors.readable(useless);
            if (OnnxErrors.isOfMemory(useless) || Files.notExists(folder.get())) { // another server has made room
                LOG.debug("what was kept of {} cannot be opened now: {}", model.modelFile, why);
            } else {
                LOG.warn("what was kept of {} is of no use, and is deleted: {}", model.modelFile, why);
                fault(key, 1);
                kept.discard(key);
            }
            return Optional.empty();
        }
    }

    private OrtSession written(OptimizedFiles kept, String key, Original model, EngineOptions options)
            throws IOException, OrtException {
        if (isUnfit(key)) {
            return model.open(options);
        }
        OptimizedFiles.Draft draft;
        try {
            draft = kept.draft();
        } catch (IOException unusable) {
            sayOnce(unusable);
            return model.open(options);
        }
        try (draft;
                SessionOptions settings = SessionSettings.of(options)) {
            settings.setOptimizedModelFilePath(draft.folder().resolve(MODEL).toString());
            if (model.weightsOutside || Files.size(model.modelFile) >= WEIGHTS_APART_BYTES) {
                settings.addConfigEntry("session.optimized_model_external_initializers_file_name", WEIGHTS);
            }
            OrtSession session = model.opening.open(settings);
            try {
                keep(draft, key, model);
            } catch (Throwable broken) { // nobody else would close it
                session.close();
                throw broken;
            }
            return session;
        } catch (OrtException unwritable) { // or it is the model's fault, which is found again then
            LOG.debug("{} cannot be kept as optimised: {}", model.modelFile, OnnxErrors.readable(unwritable));
            if (!OnnxErrors.isOfMemory(unwritable)) {
                fault(key, UNFIT);
            }
        }
        return model.open(options);
    }

    private void keep(OptimizedFiles.Draft draft, String key, Original model) {
        try {
            if (!key(model).equals(Optional.of(key))) {
                return; // somebody has written to the files meanwhile
            }
            if (!draft.keep(key)) {
                LOG.info("{} is larger as optimised than worker.optimized_models.cache_size", model.modelFile);
                fault(key, UNFIT);
            }
        } catch (IOException unusable) {
            sayOnce(unusable);
        }
    }

    private void sayOnce(IOException why) {
        if (!saidUseless) {
            saidUseless = true;
            LOG.warn("models cannot be kept as optimised, and are opened as they are: {}", why.toString());
        }
    }
}

package dev.sluice.worker.engine;

import ai.onnxruntime.OrtException;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.engine.EngineRunException.Reason;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The only place that reads ONNX Runtime's errors: says whose fault one is, in words for the one who can mend it.
 *
 * @thread any; holds nothing
 */
final class OnnxErrors {

    private static final Pattern COLOUR = Pattern.compile("\u001B\\[[0-9;]*m");
    private static final Pattern CODE = Pattern.compile("^Error code - \\w+ - message: ");
    private static final Pattern WHERE_LOADING = Pattern.compile("^Load model from .*? failed:\\s*");
    private static final Pattern WHERE_RUNNING =
            Pattern.compile("(?s)^Non-zero status code returned.*Status Message: ");
    private static final Pattern SOURCE_LINE =
            Pattern.compile("\\S+\\.(?:cc|h):\\d+ (?:[^\\n]*?\\) )?(?:const )?(?:\\[with .*?] )?");
    private static final Pattern ADVICE = Pattern.compile("\\s*Please fix either the inputs/outputs or the model\\.?");

    /** How the kernels of ONNX Runtime say that shapes do not go together; it has no code for it. */
    private static final Pattern MISFIT = Pattern.compile(
            "(?i)cannot be reshaped|broadcast|dimension.*(?:mismatch|not match|must match)|out of (?:data )?bounds");

    /** How its allocators and CUDA say that there is no memory left; it has no code for that either. */
    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile("Failed to allocate memory|bad_alloc|bad allocation|out of memory|_ALLOC_FAILED");

    private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\n\\s*");

    private OnnxErrors() {}

    static ModelLoadException ofLoad(Path modelFile, OrtException error) {
        String reason =
                switch (error.getCode()) {
                    case ORT_INVALID_PROTOBUF, ORT_NO_MODEL -> "this is not an ONNX model, or not all of one";
                    default -> "ONNX Runtime cannot load it: " + ModelFiles.asNamed(readable(error));
                };
        return new ModelLoadException(modelFile, reason, error);
    }

    /**
     * An invalid argument comes from the client, whose shapes or values the model cannot take, and so does a shape that
     * passes the signature, because the axis is variable, and then does not fit inside the graph; the rest does not.
     */
    static RuntimeException ofRun(String model, Exception error) {
        if (error instanceof OrtException refused && isOfTheInputs(refused)) {
            return InferenceException.invalid("inputs", readable(refused));
        }
        return new EngineRunException(model + " failed to run: " + error.getMessage(), error, reason(error));
    }

    private static Reason reason(Exception error) {
        if (!(error instanceof OrtException failed)) {
            return Reason.OTHER;
        }
        return String.valueOf(failed.getMessage()).contains("terminate flag")
                ? Reason.TERMINATED
                : isOfMemory(failed) ? Reason.OUT_OF_MEMORY : Reason.OTHER;
    }

    /** Whether there was no memory left. */
    static boolean isOfMemory(OrtException error) {
        return OUT_OF_MEMORY.matcher(String.valueOf(error.getMessage())).find();
    }

    /** Whether an output came out in another shape than that of the memory it was to be written to. */
    static boolean isOfOutputMemory(OrtException error) {
        return String.valueOf(error.getMessage()).contains("OrtValue shape verification failed");
    }

    private static boolean isOfTheInputs(OrtException error) {
        return switch (error.getCode()) {
            case ORT_INVALID_ARGUMENT -> true;
            case ORT_FAIL, ORT_RUNTIME_EXCEPTION ->
                MISFIT.matcher(String.valueOf(error.getMessage())).find();
            default -> false;
        };
    }

    /** What the message says about the tensors or the model, without what it says about ONNX Runtime's own insides. */
    static String readable(OrtException error) {
        String text = COLOUR.matcher(String.valueOf(error.getMessage())).replaceAll("");
        text = CODE.matcher(text).replaceFirst("");
        text = WHERE_LOADING.matcher(text).replaceFirst("");
        text = WHERE_RUNNING.matcher(text).replaceFirst("");
        text = SOURCE_LINE.matcher(text).replaceAll("");
        text = ADVICE.matcher(text).replaceAll("");
        return LINE_BREAK.matcher(text.strip()).replaceAll("; ");
    }
}

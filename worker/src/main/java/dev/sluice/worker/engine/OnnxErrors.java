package dev.sluice.worker.engine;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import dev.sluice.worker.contract.InferenceException;
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
    private static final Pattern SOURCE_LINE = Pattern.compile("\\S+\\.(?:cc|cpp|h|hpp):\\d+ (?:[^\\n]*?\\) )?");
    private static final Pattern ADVICE = Pattern.compile("\\s*Please fix either the inputs/outputs or the model\\.?");
    private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\n\\s*");

    private OnnxErrors() {}

    static ModelLoadException ofLoad(Path modelFile, OrtException error) {
        String reason =
                switch (error.getCode()) {
                    case ORT_INVALID_PROTOBUF, ORT_NO_MODEL -> "this is not an ONNX model, or not all of one";
                    default -> "ONNX Runtime cannot load it: " + readable(error);
                };
        return new ModelLoadException(modelFile, reason, error);
    }

    /** An invalid argument comes from the client, whose shapes or values the model cannot take; the rest does not. */
    static RuntimeException ofRun(String model, Exception error) {
        if (error instanceof OrtException refused && refused.getCode() == OrtErrorCode.ORT_INVALID_ARGUMENT) {
            return InferenceException.invalid("inputs", readable(refused));
        }
        return new EngineRunException(model + " failed to run: " + error.getMessage(), error);
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

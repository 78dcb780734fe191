package dev.sluice.worker.engine.pytorch;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.EngineRunException.Reason;
import java.util.regex.Pattern;

/**
 * The only place that reads libtorch's errors: says whose fault one is, in words for the one who can mend it.
 *
 * @thread any; holds nothing
 */
final class TorchErrors {

    /** How kernels say that shapes or values do not go together; there is no code for it. */
    private static final Pattern MISFIT = Pattern.compile(
            "shapes cannot be multiplied|must match the size|size mismatch|sizes? of tensors? .* match|is invalid for"
                    + " input|out of (?:range|bounds)|Expected .*(?:dim|size|channels)|expected .* to have");

    private static final Pattern OUT_OF_MEMORY =
            Pattern.compile("can't allocate memory|not enough memory|out of memory");

    /** What stands before the reason: the code of the model, line by line. */
    private static final Pattern WHERE = Pattern.compile("(?s).*\\n(?:\\w+(?:Error|Exception): )");

    private static final Pattern LINE_BREAK = Pattern.compile("\\s*\\n\\s*");

    private TorchErrors() {}

    static RuntimeException ofRun(String model, RuntimeException error) {
        String message = String.valueOf(error.getMessage());
        if (MISFIT.matcher(message).find()) {
            return InferenceException.invalid("inputs", readable(error));
        }
        Reason reason = OUT_OF_MEMORY.matcher(message).find() ? Reason.OUT_OF_MEMORY : Reason.OTHER;
        return new EngineRunException(model + " failed to run: " + readable(error), error, reason);
    }

    static String readable(Throwable error) {
        String reason = WHERE.matcher(String.valueOf(error.getMessage())).replaceFirst("");
        return LINE_BREAK.matcher(reason.strip()).replaceAll("; ");
    }
}

package dev.sluice.worker.contract;

/** Carries an {@link InferenceError} up a call stack, as decoders need; without a stack trace, for refusals are cheap. */
public final class InferenceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient InferenceError error;

    public InferenceException(InferenceError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    public static InferenceException invalid(String field, String reason) {
        return new InferenceException(new InferenceError.InvalidRequest(field, reason));
    }

    public InferenceError error() {
        return error;
    }
}

package dev.sluice.worker.contract;

/** Carries an {@link InferenceError} up a call stack, as decoders need; without a stack trace, for refusals are cheap. */
public final class InferenceException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int MOST_REPEATED = 100;

    private final transient InferenceError error;

    public InferenceException(InferenceError error) {
        super(error.message(), null, false, false);
        this.error = error;
    }

    /** The names of members that a client made up stand in the field too, and so it is shortened. */
    public static InferenceException invalid(String field, String reason) {
        return new InferenceException(new InferenceError.InvalidRequest(shortened(field), reason));
    }

    /** A name, or whatever a client sent, as errors repeat it. */
    public static String quoted(String said) {
        return '"' + shortened(said) + '"';
    }

    /** As much of it as is needed to know it again, so that an error says what is wrong however long it is. */
    public static String shortened(String said) {
        if (said.length() <= MOST_REPEATED) {
            return said;
        }
        int end = MOST_REPEATED - (Character.isHighSurrogate(said.charAt(MOST_REPEATED - 1)) ? 1 : 0);
        return said.substring(0, end) + "... (" + said.length() + " characters)";
    }

    public InferenceError error() {
        return error;
    }
}

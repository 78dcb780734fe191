package dev.sluice.worker.engine;

/** The engine failed during a call, and not because of what the client sent; its detail is for the log alone. */
public final class EngineRunException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Why, as far as it matters to those who called. */
    public enum Reason {
        /** There was not enough memory; fewer rows might have run. */
        OUT_OF_MEMORY,
        /** {@link ModelInstance#withdraw} was called. */
        WITHDRAWN,
        /** {@link ModelInstance#terminate} was called. */
        TERMINATED,
        OTHER
    }

    private final Reason reason;

    public EngineRunException(String message, Throwable cause, Reason reason) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}

package dev.sluice.worker.engine;

/** The engine failed during a call, and not because of what the client sent; its detail is for the log alone. */
public final class EngineRunException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EngineRunException(String message, Throwable cause) {
        super(message, cause);
    }
}

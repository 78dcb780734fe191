package dev.sluice.worker.contract;

import java.util.random.RandomGenerator;

/**
 * The closed list of ways to refuse or fail a request. {@code StatusMapping} in the gateway's front is its only table.
 *
 * @thread immutable, may cross threads by reference
 */
public sealed interface InferenceError extends InferenceOutcome {

    /** When to try again where nothing better is known: most shortages are over within a second. */
    long RETRY_SOON_MILLIS = 1000;

    /** No use in trying again. */
    long NO_RETRY = -1;

    /** What a client should know: what was wrong and where. Never an internal detail. */
    String message();

    /** Whether it comes only when nobody reads the inputs of the request that it is for, or ever will. */
    default boolean promisesThatInputsAreFree() {
        return switch (this) {
            case InvalidRequest invalid -> true;
            case Throttled throttled -> true;
            case Overloaded full -> !full.areInputsRead;
            default -> false;
        };
    }

    /** The client's mistake; {@code field} says where, as in {@code inputs[0].data}. */
    record InvalidRequest(String field, String reason) implements InferenceError {
        @Override
        public String message() {
            return field.isEmpty() ? reason : field + ": " + reason;
        }
    }

    /** The body is in a form that this server does not read. */
    record UnsupportedMediaType(String message) implements InferenceError {}

    /** There is nothing wrong with the request, but nothing here that does it. */
    record Unimplemented(String message) implements InferenceError {}

    /** The request shows no key, or none that is known here; {@code message} never says which it showed. */
    record Unauthenticated(String message) implements InferenceError {}

    /** No such model, or no such version of it. */
    record UnknownModel(String message) implements InferenceError {}

    /** The body, or message, is longer than this server takes; {@code setting} is what could be changed, empty if nothing. */
    record PayloadTooLarge(long limitBytes, String setting) implements InferenceError {
        @Override
        public String message() {
            String where = setting.isEmpty() ? "" : " (" + setting + ")";
            return "the request is larger than the limit of " + limitBytes + " bytes" + where;
        }
    }

    /** The client's own quota is used up, whatever room the server has; {@code policy} is the limit it is held to. */
    record Throttled(String message, String policy, long retryAfterMillis) implements InferenceError {}

    /**
     * The server has no room now: too much in flight, or the model's queue is full.
     *
     * @param areInputsRead whether somebody may still read the request's inputs, as another stage of a pipeline
     */
    record Overloaded(String message, long retryAfterMillis, boolean areInputsRead) implements InferenceError {

        private static final long MOST_MILLIS = 30_000;
        private static final double NANOS_PER_MILLI = 1e6;

        public Overloaded(String message, long retryAfterMillis) {
            this(message, retryAfterMillis, false);
        }

        /** For want of room that there will be when so much work is done: in a second at least, and half a minute at most. */
        public static Overloaded until(String message, double workNanos) {
            long millis = Math.clamp((long) Math.ceil(workNanos / NANOS_PER_MILLI), RETRY_SOON_MILLIS, MOST_MILLIS);
            return new Overloaded(message, millis);
        }

        /** The same, told before all who read the inputs have ended. */
        public Overloaded whileInputsAreRead() {
            return new Overloaded(message, retryAfterMillis, true);
        }
    }

    /**
     * The model exists but cannot serve at present, or not at all until somebody mends it.
     *
     * @param tooLarge whether that is because it takes more memory than models are given
     */
    record ModelNotReady(ModelId model, String reason, long retryAfterMillis, boolean tooLarge)
            implements InferenceError {

        public ModelNotReady(ModelId model, String reason, long retryAfterMillis) {
            this(model, reason, retryAfterMillis, false);
        }

        @Override
        public String message() {
            return "model " + model + " is not ready: " + reason;
        }
    }

    /** Too many of the model's batches have failed, or were slow, and it is left alone for a while. */
    record CircuitOpen(ModelId model, long retryAfterMillis) implements InferenceError {

        private static final double SPREAD = 0.25;
        private static final long NANOS_PER_MILLI = 1_000_000;

        /** For that long; up to a quarter is added, so that not all who are refused come back at once. */
        public static CircuitOpen forNanos(ModelId model, long nanos, RandomGenerator random) {
            double millis = (double) nanos / NANOS_PER_MILLI;
            return new CircuitOpen(model, (long) Math.ceil(millis * (1 + SPREAD * random.nextDouble())));
        }

        @Override
        public String message() {
            return "the circuit of model " + model + " is open: its batches fail, or take far too long";
        }
    }

    /** This process has just begun and does not know its models yet. */
    record Starting() implements InferenceError {
        @Override
        public String message() {
            return "the server is starting";
        }
    }

    /** This process is shutting down and takes no new work. */
    record Draining() implements InferenceError {
        @Override
        public String message() {
            return "the server is shutting down";
        }
    }

    /** What an operator wants cannot be kept, so nothing has been changed; the reason is in the log. */
    record NotKept() implements InferenceError {
        @Override
        public String message() {
            return "nothing was changed, because the registry failed to keep it; the server's log says why";
        }
    }

    /** Nobody waits any more, or nobody would when the answer came; {@code stage} is where the request stood. */
    record DeadlineExceeded(String stage) implements InferenceError {
        @Override
        public String message() {
            return "the deadline passed, or could not be met any more, while the request was in stage: " + stage;
        }
    }

    /** The client has given the request up. Where it did so by going, nothing is sent, only logged. */
    record Cancelled() implements InferenceError {
        @Override
        public String message() {
            return "cancelled by the client";
        }
    }

    /**
     * The engine failed, or a user's own class; the detail stands in the log under {@code failureId}.
     *
     * @param failureId the id of the request, with the place where it failed if that is a stage; of what is no request's, the
     *     model's name
     * @param what has failed, for clients
     */
    record EngineFailure(String failureId, String what) implements InferenceError {

        /** Of the engine. */
        public EngineFailure(String failureId) {
            this(failureId, "the model failed to run");
        }

        @Override
        public String message() {
            return what + "; the server's log has the detail under id " + failureId;
        }
    }
}

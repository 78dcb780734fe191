package dev.sluice.worker.contract;

/**
 * What becomes of an admitted request: exactly one response, or exactly one error.
 *
 * @thread immutable, may cross threads by reference
 */
public sealed interface InferenceOutcome permits InferenceResponse, InferenceError {}

package dev.sluice.worker.contract;

/**
 * What becomes of an admitted request: exactly one response, or exactly one error. Parts may come before it, where a
 * {@link PartListener} waits for them.
 *
 * @thread immutable, may cross threads by reference
 */
public sealed interface InferenceOutcome permits InferenceResponse, InferenceError {}

package dev.sluice.gateway.transform;

/**
 * What is known of a body once it is tensors, and is needed for its answer.
 *
 * @thread immutable
 */
public sealed interface BodyNotes permits PictureFrame, TextNotes {}

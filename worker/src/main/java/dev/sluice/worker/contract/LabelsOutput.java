package dev.sluice.worker.contract;

/**
 * How an output becomes labels, of which several may hold: each element becomes a probability of its own, by the logistic
 * function.
 *
 * @param output the name of the output
 * @param top most labels that an answer lists
 * @param threshold probability below which a label does not hold
 */
public record LabelsOutput(String output, int top, double threshold) implements OutputTransform.OfOne {}

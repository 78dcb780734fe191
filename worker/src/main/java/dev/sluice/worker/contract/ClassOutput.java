package dev.sluice.worker.contract;

/**
 * How an output becomes a label: its elements are classes, by their order, and the names of those are the model's labels.
 *
 * @param output the name of the output
 * @param softmax whether its elements are not probabilities yet
 * @param top most classes that an answer lists
 * @param threshold probability below which a class is not spoken of
 */
public record ClassOutput(String output, boolean softmax, int top, double threshold) implements OutputTransform.OfOne {}

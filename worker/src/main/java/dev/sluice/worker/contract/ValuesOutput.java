package dev.sluice.worker.contract;

/**
 * How an output becomes numbers for people.
 *
 * @param output the name of the output
 * @param decimals that are shown of each
 */
public record ValuesOutput(String output, int decimals) implements OutputTransform.OfOne {}

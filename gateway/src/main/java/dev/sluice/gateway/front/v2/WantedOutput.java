package dev.sluice.gateway.front.v2;

/**
 * An output that a request asks for, and in which form.
 *
 * @param binary whether its elements are to come as raw bytes behind the JSON
 * @param classes for a classification, how many of the highest elements; 0 for the tensor itself
 */
public record WantedOutput(String name, boolean binary, int classes) {}

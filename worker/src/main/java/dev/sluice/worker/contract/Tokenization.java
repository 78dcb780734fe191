package dev.sluice.worker.contract;

/**
 * How a text becomes tokens.
 *
 * @param maxTokens of a text, special ones included
 * @param truncates whether a longer one is cut; otherwise it is refused
 * @param special whether what the file puts around a text is put there
 */
public record Tokenization(TokenizerFile file, int maxTokens, boolean truncates, boolean special) {}

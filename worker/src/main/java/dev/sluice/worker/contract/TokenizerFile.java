package dev.sluice.worker.contract;

/**
 * A tokenizer as a file describes it; two of the same bytes are one.
 *
 * @param json in the form of Hugging Face's {@code tokenizer.json}
 * @param sha256 of the file, in hexadecimal digits
 */
public record TokenizerFile(String json, String sha256) {

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenizerFile file && file.sha256.equals(sha256);
    }

    @Override
    public int hashCode() {
        return sha256.hashCode();
    }

    @Override
    public String toString() {
        return "tokenizer " + sha256;
    }
}

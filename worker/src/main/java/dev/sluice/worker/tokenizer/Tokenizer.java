package dev.sluice.worker.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.sluice.worker.contract.Tokenization;
import org.jspecify.annotations.Nullable;

/**
 * Makes tokens of texts.
 *
 * <p>Of what the library knows of a text, only the tokens and which of a pair they are in are taken over: a string and a
 * place for each token would cost more than the tokens.
 *
 * @thread {@link #encode} any, several at once, for the native one is not changed any more by then; the rest one
 * @errors IllegalArgumentException for a file that is none, with what the library says of it
 * @owns native memory, until {@link #close}
 */
public final class Tokenizer {

    private static final TokenizersLibrary LIBRARY = NativeLibrary.load();

    /** Pairs lose their end first where that is the longer text, which is what Hugging Face does by default. */
    private static final String LONGEST_FIRST = "LONGEST_FIRST";

    private final long handle;
    private boolean special;

    /** What the library throws has no type of its own. */
    Tokenizer(String json) {
        try {
            handle = LIBRARY.createTokenizerFromString(json);
        } catch (RuntimeException broken) {
            throw new IllegalArgumentException("is no tokenizer.json: " + broken.getMessage(), broken);
        }
    }

    /** From now on it is one of that description, or none any more; before anybody else knows it. */
    Tokenizer as(Tokenization how) {
        special = how.special();
        try {
            LIBRARY.disablePadding(handle);
            if (how.truncates()) {
                LIBRARY.setTruncation(handle, how.maxTokens(), LONGEST_FIRST, 0);
            } else {
                LIBRARY.disableTruncation(handle);
            }
            return this;
        } catch (RuntimeException impossible) {
            close();
            throw impossible;
        }
    }

    /**
     * A text in tokens.
     *
     * @param ids of the tokens
     * @param types of them: 1 in the second text of a pair, otherwise 0
     */
    public record Tokens(long[] ids, long[] types) {}

    /** Those of a text, or of a pair of texts. */
    public Tokens encode(String text, @Nullable String pair) {
        long encoding =
                pair == null ? LIBRARY.encode(handle, text, special) : LIBRARY.encodeDual(handle, text, pair, special);
        try {
            return new Tokens(LIBRARY.getTokenIds(encoding), LIBRARY.getTypeIds(encoding));
        } finally {
            LIBRARY.deleteEncoding(encoding);
        }
    }

    /** Once, when nobody encodes and nobody will: under a call it would end the process. */
    void close() {
        LIBRARY.deleteTokenizer(handle);
    }
}

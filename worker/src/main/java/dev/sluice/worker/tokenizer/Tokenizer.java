package dev.sluice.worker.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.sluice.worker.contract.Tokenization;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * Makes tokens of texts.
 *
 * <p>Of what the library knows of a text, only the tokens and which of a pair they are in are taken over: a string and a
 * place for each token would cost more than the tokens.
 *
 * @thread any; the native one is not changed once it is made
 * @errors IllegalArgumentException for a file that is none, with what the library says of it
 * @owns native memory, until nobody knows it any more
 */
public final class Tokenizer {

    private static final TokenizersLibrary LIBRARY = NativeLibrary.load();
    private static final Cleaner CLEANER = Cleaner.create();

    /** Pairs lose their end first where that is the longer text, which is what Hugging Face does by default. */
    private static final String LONGEST_FIRST = "LONGEST_FIRST";

    private final long handle;
    private final boolean special;

    Tokenizer(Tokenization how) {
        this.handle = made(how.file().json());
        long native_ = handle;
        CLEANER.register(this, () -> LIBRARY.deleteTokenizer(native_));
        this.special = how.special();
        LIBRARY.disablePadding(handle);
        if (how.truncates()) {
            LIBRARY.setTruncation(handle, how.maxTokens(), LONGEST_FIRST, 0);
        } else {
            LIBRARY.disableTruncation(handle);
        }
    }

    /**
     * Whether it is a tokenizer at all.
     *
     * @throws IllegalArgumentException where it is none
     */
    static void check(String json) {
        LIBRARY.deleteTokenizer(made(json));
    }

    /** What the library throws has no type of its own. */
    private static long made(String json) {
        try {
            return LIBRARY.createTokenizerFromString(json);
        } catch (RuntimeException broken) {
            throw new IllegalArgumentException("is no tokenizer.json: " + broken.getMessage(), broken);
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
        try {
            long encoding = pair == null
                    ? LIBRARY.encode(handle, text, special)
                    : LIBRARY.encodeDual(handle, text, pair, special);
            try {
                return new Tokens(LIBRARY.getTokenIds(encoding), LIBRARY.getTypeIds(encoding));
            } finally {
                LIBRARY.deleteEncoding(encoding);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }
}

package dev.sluice.worker.tokenizer;

import dev.sluice.worker.contract.Tokenization;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizers of this process, one for each description that somebody still has.
 *
 * @thread any; the map under its own lock, in which nothing is made
 * @bound the descriptions that are in use
 */
public final class Tokenizers {

    private static final Map<Tokenization, Tokenizer> KNOWN = new WeakHashMap<>();

    private Tokenizers() {}

    /**
     * That one.
     *
     * @throws IllegalArgumentException where its file is no tokenizer
     */
    public static Tokenizer of(Tokenization how) {
        synchronized (KNOWN) {
            @Nullable Tokenizer known = KNOWN.get(how);
            if (known != null) {
                return known;
            }
        }
        Tokenizer made = new Tokenizer(how);
        synchronized (KNOWN) {
            @Nullable Tokenizer meanwhile = KNOWN.putIfAbsent(how, made);
            return meanwhile == null ? made : meanwhile;
        }
    }
}

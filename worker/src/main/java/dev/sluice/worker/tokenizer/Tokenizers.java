package dev.sluice.worker.tokenizer;

import dev.sluice.worker.contract.Tokenization;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokenizers of this process, one for each description that somebody still has.
 *
 * @thread any; the map under its own lock, in which nothing is made; one at a time is made, for a crowd of first requests
 *     would make one each
 * @bound the descriptions that are in use
 */
public final class Tokenizers {

    private static final Map<Tokenization, Tokenizer> KNOWN = new WeakHashMap<>();
    private static final Object BUILDING = new Object();

    private Tokenizers() {}

    /**
     * That one.
     *
     * @throws IllegalArgumentException where its file is no tokenizer
     */
    public static Tokenizer of(Tokenization how) {
        @Nullable Tokenizer known = known(how);
        if (known != null) {
            return known;
        }
        synchronized (BUILDING) {
            @Nullable Tokenizer meanwhile = known(how);
            if (meanwhile != null) {
                return meanwhile;
            }
            Tokenizer made = new Tokenizer(how);
            synchronized (KNOWN) {
                KNOWN.put(how, made);
            }
            return made;
        }
    }

    private static @Nullable Tokenizer known(Tokenization how) {
        synchronized (KNOWN) {
            return KNOWN.get(how);
        }
    }
}

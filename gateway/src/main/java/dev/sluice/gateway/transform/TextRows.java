package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.TextInput;
import dev.sluice.worker.tokenizer.Tokenizer;
import dev.sluice.worker.tokenizer.Tokenizer.Tokens;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request has its rows made of: a text each, a pair, or tokens that its client has made itself.
 *
 * @thread immutable
 * @errors InvalidRequest by the name that the client gave them, with the place in its list
 */
public sealed interface TextRows {

    /** What the client calls them. */
    String field();

    /** How many. */
    int count();

    /** Whether they came as a list, which is answered by one. */
    boolean isList();

    /** The tokens of a row. */
    Tokens tokens(int row, TextInput to, Tokenizer tokenizer);

    /** Refuses more, of whose reader nobody asks how many more. */
    static void requireAtMost(int most, int count, String field) {
        if (count > most) {
            throw InferenceException.invalid(
                    field, "has more than the " + most + " texts that are taken (transform.input.max_texts)");
        }
    }

    /** That row, as errors name it. */
    default String name(int row) {
        return isList() ? field() + "[" + row + "]" : field();
    }

    /**
     * Texts.
     *
     * @param pairs what stands beside each, as an answer beside a question; empty for none
     */
    record Texts(String field, List<String> texts, List<String> pairs, boolean isList) implements TextRows {

        public Texts {
            texts = List.copyOf(texts);
            pairs = List.copyOf(pairs);
            if (!pairs.isEmpty() && pairs.size() != texts.size()) {
                throw InferenceException.invalid(
                        field,
                        "counts " + texts.size() + ", and text_pair counts " + pairs.size()
                                + "; each text needs one of its own");
            }
        }

        @Override
        public int count() {
            return texts.size();
        }

        @Override
        public Tokens tokens(int row, TextInput to, Tokenizer tokenizer) {
            String text = texts.get(row);
            @Nullable String pair = pairs.isEmpty() ? null : pairs.get(row);
            int characters = text.length() + (pair == null ? 0 : pair.length());
            if (characters > to.maxCharacters()) {
                throw InferenceException.invalid(
                        name(row),
                        "has " + characters + " characters, and " + to.maxCharacters()
                                + " are taken (transform.input.max_characters)");
            }
            return tokenizer.encode(text, pair);
        }
    }

    /** Tokens, which are taken as they are. */
    record TokenRows(String field, List<long[]> rows, boolean isList) implements TextRows {

        public TokenRows {
            rows = List.copyOf(rows);
        }

        @Override
        public int count() {
            return rows.size();
        }

        @Override
        public Tokens tokens(int row, TextInput to, Tokenizer tokenizer) {
            long[] ids = rows.get(row);
            for (long id : ids) {
                if (id < 0 || id >= to.vocabulary()) {
                    throw InferenceException.invalid(
                            name(row), id + " is none of the model's " + to.vocabulary() + " tokens");
                }
            }
            return new Tokens(ids, new long[ids.length]);
        }
    }
}

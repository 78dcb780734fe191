package dev.sluice.worker.contract;

import java.util.List;

/**
 * How texts become the inputs of a model: a row for each, as long as the longest of a request.
 *
 * @param columns which input takes what
 * @param length of a row where it is always the same; 0 where it is that of the longest text
 * @param left whether what is missing is missing before the tokens
 * @param padId the token that stands where there is none
 * @param vocabulary how many tokens there are, so that no other number goes to the model
 * @param maxTexts of a request
 * @param maxCharacters of a text
 * @shape each input is {@code texts x tokens}
 */
public record TextInput(
        Tokenization tokenization,
        List<Column> columns,
        int length,
        boolean left,
        int padId,
        int vocabulary,
        int maxTexts,
        int maxCharacters)
        implements InputTransform {

    public TextInput {
        columns = List.copyOf(columns);
    }

    /** What an input is told of each token. */
    public enum Kind {
        /** Which it is. */
        IDS,
        /** 1, and 0 where there is none. */
        MASK,
        /** 0, and 1 in the second text of a pair. */
        TYPES
    }

    /**
     * One input.
     *
     * @param tensor of INT64 or INT32
     */
    public record Column(TensorSpec tensor, Kind kind) {}
}

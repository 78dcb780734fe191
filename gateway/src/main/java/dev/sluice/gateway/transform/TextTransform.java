package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TextInput;
import dev.sluice.worker.contract.TextInput.Column;
import dev.sluice.worker.tokenizer.Tokenizer;
import dev.sluice.worker.tokenizer.Tokenizer.Tokens;
import dev.sluice.worker.tokenizer.Tokenizers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Makes the inputs of a model of texts: all of them tokens first, so that it is known how much memory they take.
 *
 * @thread confined to the thread that transforms; a text is not stopped in the middle
 * @bound texts, their characters and their tokens, as the {@link TextInput} says
 * @errors InvalidRequest by field and row, Cancelled
 */
public final class TextTransform {

    private final TextInput to;
    private final List<Tokens> rows;
    private final int length;

    private TextTransform(TextInput to, List<Tokens> rows) {
        this.to = to;
        this.rows = rows;
        this.length = to.length() > 0
                ? to.length()
                : rows.stream().mapToInt(row -> row.ids().length).max().orElse(0);
    }

    /**
     * With the tokens of those texts.
     *
     * @param givenUp whether nobody waits any more
     */
    public static TextTransform of(TextRows texts, TextInput to, BooleanSupplier givenUp) {
        if (texts.count() == 0) {
            throw InferenceException.invalid(texts.field(), "has no text");
        }
        TextRows.requireAtMost(to.maxTexts(), texts.count(), texts.field());
        try (Tokenizers.Hold hold = Tokenizers.hold(to.tokenization())) {
            return new TextTransform(to, rows(texts, to, hold.tokenizer(), givenUp));
        }
    }

    private static List<Tokens> rows(TextRows texts, TextInput to, Tokenizer tokenizer, BooleanSupplier givenUp) {
        List<Tokens> rows = new ArrayList<>(texts.count());
        for (int row = 0; row < texts.count(); row++) {
            if (givenUp.getAsBoolean()) {
                throw new InferenceException(new InferenceError.Cancelled());
            }
            Tokens tokens = texts.tokens(row, to, tokenizer);
            requireFit(tokens.ids().length, texts.name(row), to.tokenization().maxTokens());
            rows.add(tokens);
        }
        return rows;
    }

    private static void requireFit(int tokens, String name, int most) {
        if (tokens == 0) {
            throw InferenceException.invalid(name, "has no token");
        }
        if (tokens > most) {
            throw InferenceException.invalid(
                    name, "has " + tokens + " tokens, and " + most + " are taken (transform.input.max_tokens)");
        }
    }

    public int rows() {
        return rows.size();
    }

    /** How much the inputs take. */
    public long bytes() {
        return to.columns().stream()
                .mapToLong(column -> (long) rows.size() * length * elementBytes(column))
                .sum();
    }

    private static int elementBytes(Column column) {
        return column.tensor().dataType().elementBytes();
    }

    public TextNotes notes(boolean isList) {
        return new TextNotes(rows.stream().mapToInt(row -> row.ids().length).toArray(), to.left(), isList);
    }

    /** The inputs, in new memory of the heap. */
    public List<Tensor> inputs() {
        return to.columns().stream().map(this::input).toList();
    }

    private Tensor input(Column column) {
        boolean wide = column.tensor().dataType() == DataType.INT64;
        ByteBuffer memory =
                ByteBuffer.allocate(rows.size() * length * elementBytes(column)).order(ByteOrder.LITTLE_ENDIAN);
        for (Tokens row : rows) {
            int missing = length - row.ids().length;
            for (int at = 0; at < length; at++) {
                int token = to.left() ? at - missing : at;
                long value = value(column, row, token);
                if (wide) {
                    memory.putLong(value);
                } else {
                    memory.putInt((int) value);
                }
            }
        }
        Shape shape = new Shape(rows.size(), length);
        return new Tensor(column.tensor().name(), column.tensor().dataType(), shape, memory.flip());
    }

    /** @param token its place in the row, beyond which there is padding */
    private long value(Column column, Tokens row, int token) {
        boolean there = token >= 0 && token < row.ids().length;
        return switch (column.kind()) {
            case IDS -> there ? row.ids()[token] : to.padId();
            case MASK -> there ? 1 : 0;
            case TYPES -> there ? row.types()[token] : 0;
        };
    }
}

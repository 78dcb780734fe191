package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.transform.TextRows;
import dev.sluice.gateway.transform.TextTransform;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.TextInput;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * A body with texts. How much they take is known when they are tokens, so that their tensors lie on the heap and are
 * counted there and then.
 *
 * @param rows reads them, on the thread that transforms
 * @param bodyBytes the length of the body that they are in
 * @thread immutable
 * @bound strings, tokens and what the library has of one text, and the tensors
 * @errors those of the reader and of {@link TextTransform}; Overloaded and PayloadTooLarge for the tensors
 */
record TextBody(TextInput to, Supplier<TextRows> rows, int bodyBytes) implements BodyTransform {

    private static final int CHARACTER_BYTES = 2;

    /** Its number and its type. */
    private static final int TOKEN_BYTES = 16;

    /** Each character a token, with a string, a place and marks: of one text at a time, for as long as it is read. */
    private static final int ENCODING_BYTES = 100;

    @Override
    public TransformPool.Kind kind() {
        return TransformPool.Kind.TEXT;
    }

    /** As if each byte were a character, and each character a token. */
    @Override
    public long workBytes() {
        long tokens = (long) to.maxTexts() * to.tokenization().maxTokens();
        return (long) bodyBytes * CHARACTER_BYTES
                + Math.min(bodyBytes, tokens) * TOKEN_BYTES
                + (long) Math.min(bodyBytes, to.maxCharacters()) * ENCODING_BYTES;
    }

    @Override
    public int tensorBytes() {
        return 0;
    }

    @Override
    public Transformed apply(ByteBuffer memory, ByteBudget budget, BooleanSupplier givenUp) {
        TextRows texts = rows.get();
        TextTransform made = TextTransform.of(texts, to, givenUp);
        long bytes = made.bytes();
        if (bytes > Math.min(budget.maxBytes(), Integer.MAX_VALUE)) {
            throw new InferenceException(SizeLimit.of(budget).tooLarge());
        }
        budget.reserve(bytes);
        try {
            return new Transformed(made.inputs(), made.rows(), bytes, made.notes(texts.isList()));
        } catch (OutOfMemoryError full) {
            budget.release(bytes);
            throw full;
        }
    }
}

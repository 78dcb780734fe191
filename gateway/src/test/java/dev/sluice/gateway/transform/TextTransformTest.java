package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.transform.TextRows.Texts;
import dev.sluice.gateway.transform.TextRows.TokenRows;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.TextInput;
import dev.sluice.worker.contract.TextInput.Column;
import dev.sluice.worker.contract.TextInput.Kind;
import dev.sluice.worker.contract.Tokenization;
import dev.sluice.worker.contract.TokenizerFile;
import dev.sluice.worker.tokenizer.TokenizerFiles;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TextTransformTest {

    private static final TokenizerFile FILE = file();
    private static final int PAD = 9;

    private static TokenizerFile file() {
        try (TokenizerFiles read = TokenizerFiles.read(resource("models/sentences/tokenizer.json"))) {
            return read.file();
        }
    }

    private static byte[] resource(String name) {
        try (InputStream in = TextTransformTest.class.getResourceAsStream("/text/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Column column(String name, DataType type, Kind kind) {
        return new Column(new TensorSpec(name, type, new Shape(-1, -1)), kind);
    }

    private static TextInput to(Tokenization how, int length, boolean left) {
        List<Column> columns = List.of(
                column("ids", DataType.INT64, Kind.IDS),
                column("mask", DataType.INT32, Kind.MASK),
                column("types", DataType.INT64, Kind.TYPES));
        return new TextInput(how, columns, length, left, PAD, 76, 3, 40);
    }

    private static TextInput to(int maxTokens, boolean truncates) {
        return to(new Tokenization(FILE, maxTokens, truncates, true), 0, false);
    }

    private static TextTransform made(TextRows rows, TextInput to) {
        return TextTransform.of(rows, to, () -> false);
    }

    private static Texts texts(String... texts) {
        return new Texts("text", List.of(texts), List.of(), true);
    }

    private static List<Long> elements(Tensor tensor) {
        List<Long> all = new ArrayList<>();
        for (int at = 0; at < tensor.byteCount(); at += tensor.dataType().elementBytes()) {
            all.add(
                    tensor.dataType() == DataType.INT64
                            ? tensor.data().getLong(at)
                            : tensor.data().getInt(at));
        }
        return all;
    }

    private static List<Long> longs(Object... numbers) {
        return List.of(numbers).stream()
                .map(each -> ((Number) each).longValue())
                .toList();
    }

    private static String refusal(TextRows rows, TextInput to) {
        return String.valueOf(
                assertThrows(InferenceException.class, () -> made(rows, to)).getMessage());
    }

    /** As Python's tokenizers make them, cut to 32; of a pair, which is which. */
    @Test
    void tokensAreThoseOfTheOracle() {
        JsonArray cases = new JsonArray(new String(resource("expected.json"), StandardCharsets.UTF_8));
        for (int i = 0; i < cases.size(); i++) {
            JsonObject each = cases.getJsonObject(i);
            List<String> pairs = each.getString("pair") == null ? List.of() : List.of(each.getString("pair"));
            TextInput wide = new TextInput(
                    new Tokenization(FILE, 32, true, true), to(32, true).columns(), 0, false, PAD, 76, 1, 1000);
            TextTransform made = made(new Texts("text", List.of(each.getString("text")), pairs, false), wide);
            List<Tensor> inputs = made.inputs();
            assertEquals(longs(each.getJsonArray("ids").getList().toArray()), elements(inputs.get(0)));
            assertEquals(longs(each.getJsonArray("types").getList().toArray()), elements(inputs.get(2)));
            int length = each.getJsonArray("ids").size();
            assertEquals(Collections.nCopies(length, 1L), elements(inputs.get(1)));
            assertEquals(20L * length, made.bytes());
        }
    }

    @Test
    void padsToTheLongestOnEitherSide() {
        Tokenization bare = new Tokenization(FILE, 16, true, false);
        List<Tensor> right = made(texts("cat", "the cat"), to(bare, 0, false)).inputs();
        assertEquals(new Shape(2, 2), right.getFirst().shape());
        assertEquals(longs(13, PAD, 7, 13), elements(right.get(0)));
        assertEquals(longs(1, 0, 1, 1), elements(right.get(1)));
        List<Tensor> left = made(texts("cat", "the cat"), to(bare, 0, true)).inputs();
        assertEquals(longs(PAD, 13, 7, 13), elements(left.get(0)));
        assertEquals(longs(0, 1, 1, 1), elements(left.get(1)));
    }

    @Test
    void padsToAFixedLengthWhereOneIsDeclared() {
        TextInput to = to(new Tokenization(FILE, 4, true, false), 5, false);
        List<Tensor> inputs = made(texts("the cat"), to).inputs();
        assertEquals(new Shape(1, 5), inputs.getFirst().shape());
        assertEquals(longs(7, 13, PAD, PAD, PAD), elements(inputs.getFirst()));
    }

    @Test
    void cutsOrRefusesWhatIsTooLong() {
        assertEquals(
                longs(2, 7, 7, 3),
                elements(made(texts("the the the the"), to(4, true)).inputs().getFirst()));
        assertEquals(
                "text[1]: has 6 tokens, and 4 are taken (transform.input.max_tokens)",
                refusal(texts("the", "the the the the"), to(4, false)));
    }

    @Test
    void saysWhichTextIsWrong() {
        assertEquals(
                "text: has more than the 3 texts that are taken (transform.input.max_texts)",
                refusal(texts("a", "b", "c", "d"), to(8, true)));
        assertEquals(
                "text[1]: has 41 characters, and 40 are taken (transform.input.max_characters)",
                refusal(texts("a", "b".repeat(41)), to(8, true)));
        TextInput bare = to(new Tokenization(FILE, 8, true, false), 0, false);
        assertEquals("text[0]: has no token", refusal(texts(""), bare));
        TokenRows strange = new TokenRows("input", List.of(new long[] {1}, new long[] {76}), true);
        assertEquals("input[1]: 76 is none of the model's 76 tokens", refusal(strange, bare));
    }

    @Test
    void isStoppedBetweenTexts() {
        int[] asked = new int[1];
        InferenceException stopped = assertThrows(
                InferenceException.class,
                () -> TextTransform.of(texts("a", "b", "c"), to(8, true), () -> asked[0]++ == 1));
        assertInstanceOf(InferenceError.Cancelled.class, stopped.error());
        assertEquals(2, asked[0]);
    }
}

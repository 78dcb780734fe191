package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.settings.SettingsException;
import dev.sluice.worker.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextCheckTest {

    /** A text is [ a ], and a pair [ a ] b ]. */
    private static final String TOKENIZER = """
        {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
         "pre_tokenizer": {"type": "Whitespace"}, "decoder": null,
         "post_processor": {"type": "BertProcessing", "cls": ["[", 1], "sep": ["]", 2]},
         "model": {"type": "WordLevel", "vocab": {"a": 0, "[": 1, "]": 2, "?": 3}, "unk_token": "?"}}
        """;

    @TempDir
    private Path root;

    private static TensorSpec input(String name, long tokens) {
        return new TensorSpec(name, DataType.INT64, new Shape(-1, tokens));
    }

    private void read(String keys, TensorSpec... inputs) throws IOException {
        made(keys, inputs).close();
    }

    private DeclaredTransform made(String keys, TensorSpec... inputs) throws IOException {
        Path yaml = Files.writeString(root.resolve("model.yaml"), "transform:\n  input: {kind: text" + keys + "}\n");
        Files.writeString(root.resolve("tokenizer.json"), TOKENIZER);
        ModelLocation location =
                new ModelLocation(new ModelId("m", 1), root.resolve("model.onnx"), yaml, Fingerprint.NONE);
        TensorSpec output = new TensorSpec("scores", DataType.FP32, new Shape(-1, 2));
        return DeclaredTransform.read(location, new Signature(List.of(inputs), List.of(output), true), Plugins.NONE);
    }

    private void assertRefused(String problem, String keys, TensorSpec... inputs) {
        String said = String.valueOf(
                assertThrows(SettingsException.class, () -> read(keys, inputs)).getMessage());
        assertTrue(said.contains(problem), said);
    }

    @Test
    void itsTokenizerIsHeldAsLongAsItIs() throws IOException {
        int before = Tokenizers.count();
        DeclaredTransform transform = made("", input("input_ids", -1));
        assertEquals(before + 1, Tokenizers.count());
        transform.close();
        assertEquals(before, Tokenizers.count());
        assertRefused("transform.input.max_tokens: leaves no room", ", max_tokens: 3", input("input_ids", -1));
        assertEquals(before, Tokenizers.count());
    }

    @Test
    void rowsHaveOneLength() {
        assertRefused(
                "transform.input.kind: a text has rows of one length",
                "",
                input("input_ids", 128),
                input("attention_mask", 64));
        assertDoesNotThrow(() -> read("", input("input_ids", -1), input("attention_mask", 64)));
    }

    @Test
    void anInputTakesOneThing() {
        assertRefused(
                "transform.input.mask: takes something else of a text already",
                ", ids: input_ids, mask: input_ids",
                input("input_ids", -1));
        assertDoesNotThrow(() -> read("", input("attention_mask", -1)));
    }

    /** Else every pair would be cut to nothing, or not be taken at all. */
    @Test
    void aPairHasRoomToo() {
        assertRefused(
                "transform.input.max_tokens: leaves no room for a text, or a pair",
                ", max_tokens: 3",
                input("input_ids", -1));
        assertDoesNotThrow(() -> read(", max_tokens: 4", input("input_ids", -1)));
    }
}

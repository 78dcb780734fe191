package dev.sluice.worker.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Tokenization;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizersTest {

    private static TokenizerFiles read(String truncation) {
        String words = """
            {"version": "1.0", "truncation": %s, "padding": null,
             "added_tokens": [{"id": 4, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false,
                               "normalized": false, "special": true}],
             "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1, "c": 2, "?": 3}, "unk_token": "?"}}
            """.formatted(truncation);
        return TokenizerFiles.read(words.getBytes(StandardCharsets.UTF_8));
    }

    private static Tokenization how(int maxTokens) {
        return new Tokenization(read("null").file(), maxTokens, true, true);
    }

    @Test
    void readsWhatTheFileSaysBesideItsWords() {
        TokenizerFiles plain = read("null");
        assertEquals(0, plain.maxTokens());
        assertEquals(4, plain.padId());
        assertEquals(5, plain.vocabulary());
        String cut = "{\"direction\": \"Right\", \"max_length\": 7, \"strategy\": \"LongestFirst\", \"stride\": 0}";
        assertEquals(7, read(cut).maxTokens());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{}", "no json", "{\"model\": {\"type\": \"Sorcery\"}}", "\u0000"})
    void refusesWhatIsNoTokenizer(String file) {
        IllegalArgumentException broken = assertThrows(
                IllegalArgumentException.class, () -> TokenizerFiles.read(file.getBytes(StandardCharsets.UTF_8)));
        assertTrue(String.valueOf(broken.getMessage()).startsWith("is no "), broken.getMessage());
        assertThrows(IllegalArgumentException.class, () -> TokenizerFiles.read(new byte[] {(byte) 0xFF}));
    }

    @Test
    void isOneForEachDescription() {
        Tokenization one = how(3);
        Tokenization same = how(3);
        Tokenization other = how(2);
        assertSame(Tokenizers.of(one), Tokenizers.of(same));
        assertNotSame(Tokenizers.of(one), Tokenizers.of(other));
        assertEquals(2, Tokenizers.of(other).encode("a b c", null).ids().length);
        assertFalse(read("null").file().toString().contains("WordLevel"));
    }

    @Test
    void isOneForACrowd() throws InterruptedException, ExecutionException {
        Tokenization wanted = how(77);
        CyclicBarrier together = new CyclicBarrier(4);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Tokenizer>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                all.add(threads.submit(() -> {
                    together.await();
                    return Tokenizers.of(wanted);
                }));
            }
            for (Future<Tokenizer> each : all) {
                assertSame(Tokenizers.of(wanted), each.get());
            }
        }
    }

    /** Which the library says nowhere, and everything here counts on. */
    @Test
    void isTheSameForManyThreads() throws InterruptedException, ExecutionException {
        Tokenizer tokenizer = Tokenizers.of(how(100));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int words = 1 + thread * 7;
                long[] expected = new long[words];
                Arrays.fill(expected, thread % 3);
                String text = ("abc".charAt(thread % 3) + " ").repeat(words);
                all.add(threads.submit(() -> {
                    boolean same = true;
                    for (int i = 0; i < 500; i++) {
                        same &= Arrays.equals(
                                expected, tokenizer.encode(text, null).ids());
                    }
                    return same;
                }));
            }
            for (Future<Boolean> each : all) {
                assertTrue(each.get());
            }
        }
    }

    @Test
    void leavesNothingBehindThatIsSaidToTheLibraryAlone() {
        assertEquals(1, Tokenizers.of(how(100)).encode("a", null).ids().length);
        assertNull(System.getProperty("RUST_FLAVOR"));
        assertEquals("true", System.getProperty("ai.djl.offline"));
    }

    @Test
    void readsTextsThatJavaAloneCanHold() {
        long[] ids = Tokenizers.of(how(100)).encode("a \ud800 b \u0000", null).ids();
        assertEquals(0, ids[0]);
        assertTrue(ids.length >= 3, Arrays.toString(ids));
    }
}

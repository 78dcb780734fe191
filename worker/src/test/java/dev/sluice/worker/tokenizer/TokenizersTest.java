package dev.sluice.worker.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Tokenization;
import dev.sluice.worker.contract.TokenizerFile;
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

    private static byte[] file(String truncation) {
        String words = """
            {"version": "1.0", "truncation": %s, "padding": null,
             "added_tokens": [{"id": 4, "content": "<pad>", "single_word": false, "lstrip": false, "rstrip": false,
                               "normalized": false, "special": true}],
             "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "vocab": {"a": 0, "b": 1, "c": 2, "?": 3}, "unk_token": "?"}}
            """.formatted(truncation);
        return words.getBytes(StandardCharsets.UTF_8);
    }

    private static Tokenization how(int maxTokens) {
        try (TokenizerFiles read = TokenizerFiles.read(file("null"))) {
            return new Tokenization(read.file(), maxTokens, true, true);
        }
    }

    @Test
    void readsWhatTheFileSaysBesideItsWords() {
        try (TokenizerFiles plain = TokenizerFiles.read(file("null"))) {
            assertEquals(0, plain.maxTokens());
            assertEquals(4, plain.padId());
            assertEquals(5, plain.vocabulary());
            assertFalse(plain.file().toString().contains("WordLevel"));
        }
        String cut = "{\"direction\": \"Right\", \"max_length\": 7, \"strategy\": \"LongestFirst\", \"stride\": 0}";
        try (TokenizerFiles truncating = TokenizerFiles.read(file(cut))) {
            assertEquals(7, truncating.maxTokens());
        }
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
        try (Tokenizers.Hold one = Tokenizers.hold(how(3));
                Tokenizers.Hold same = Tokenizers.hold(how(3));
                Tokenizers.Hold other = Tokenizers.hold(how(2))) {
            assertSame(one.tokenizer(), same.tokenizer());
            assertNotSame(one.tokenizer(), other.tokenizer());
            assertEquals(2, other.tokenizer().encode("a b c", null).ids().length);
        }
    }

    @Test
    void theLastOneToLetGoFreesIt() {
        int before = Tokenizers.count();
        Tokenizers.Hold version = Tokenizers.hold(how(33));
        Tokenizers.Hold request = Tokenizers.hold(how(33));
        assertEquals(before + 1, Tokenizers.count());
        version.close();
        version.close();
        assertThrows(IllegalStateException.class, version::tokenizer);
        assertEquals(before + 1, Tokenizers.count());
        assertEquals(2, request.tokenizer().encode("a b", null).ids().length);
        request.close();
        assertEquals(before, Tokenizers.count());
    }

    /** Which takes a second for a large one. */
    @Test
    void itsFileIsReadOnce() {
        try (TokenizerFiles read = TokenizerFiles.read(file("null"))) {
            Tokenization how = new Tokenization(read.file(), 44, true, true);
            try (Tokenizers.Hold first = read.hold(how)) {
                assertSame(read.tokenizer(), first.tokenizer());
                try (TokenizerFiles again = TokenizerFiles.read(file("null"));
                        Tokenizers.Hold second = again.hold(how)) {
                    assertSame(first.tokenizer(), second.tokenizer());
                }
                assertEquals(1, first.tokenizer().encode("a", null).ids().length);
            }
        }
    }

    @Test
    void whatCannotBeMadeIsNotHeld() {
        int before = Tokenizers.count();
        Tokenization broken = new Tokenization(new TokenizerFile("{}", "no digest"), 5, true, true);
        assertThrows(IllegalArgumentException.class, () -> Tokenizers.hold(broken));
        assertEquals(before, Tokenizers.count());
    }

    @Test
    void isOneForACrowd() throws InterruptedException, ExecutionException {
        Tokenization wanted = how(77);
        CyclicBarrier together = new CyclicBarrier(4);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Tokenizers.Hold>> all = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                all.add(threads.submit(() -> {
                    together.await();
                    return Tokenizers.hold(wanted);
                }));
            }
            try (Tokenizers.Hold mine = Tokenizers.hold(wanted)) {
                for (Future<Tokenizers.Hold> each : all) {
                    assertSame(mine.tokenizer(), each.get().tokenizer());
                    each.get().close();
                }
            }
        }
    }

    /** Which the library says nowhere, and everything here counts on. */
    @Test
    void isTheSameForManyThreads() throws InterruptedException, ExecutionException {
        try (Tokenizers.Hold hold = Tokenizers.hold(how(100));
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Tokenizer tokenizer = hold.tokenizer();
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
        try (Tokenizers.Hold hold = Tokenizers.hold(how(100))) {
            assertEquals(1, hold.tokenizer().encode("a", null).ids().length);
        }
        assertNull(System.getProperty("RUST_FLAVOR"));
        assertEquals("true", System.getProperty("ai.djl.offline"));
    }

    @Test
    void readsTextsThatJavaAloneCanHold() {
        try (Tokenizers.Hold hold = Tokenizers.hold(how(100))) {
            long[] ids = hold.tokenizer().encode("a \ud800 b \u0000", null).ids();
            assertEquals(0, ids[0]);
            assertTrue(ids.length >= 3, Arrays.toString(ids));
        }
    }
}

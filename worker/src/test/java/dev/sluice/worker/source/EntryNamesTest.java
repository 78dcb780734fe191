package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of files that come from elsewhere lead to one place each, below the folder. */
class EntryNamesTest {

    private final EntryNames names = new EntryNames("https://example.org/m.zip");

    @ParameterizedTest
    @CsvSource({
        "model.onnx, model.onnx",
        "./model.onnx, model.onnx",
        "a//b/./c, a/b/c",
        "golden/zero.json, golden/zero.json",
        "...a, ...a",
        "ümlaut.bin, ümlaut.bin"
    })
    void namesBelowTheFolderAreTaken(String name, String path) throws SourceException {
        assertEquals(path, names.taken(name, false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../model.onnx",
                "a/../../b",
                "a/..",
                "..",
                "C:/x",
                "c:x",
                "a\\b",
                "..\\x",
                "a\u0000b",
                "a\nb",
                "",
                ".",
                "./",
                "//x"
            })
    void whatLeadsOutIsRefused(String name) {
        SourceException refused = assertThrows(SourceException.class, () -> names.taken(name, false));
        assertEquals(SourceException.Again.NEVER, refused.again());
        assertTrue(refused.getMessage().startsWith("https://example.org/m.zip: the entry \""), refused.getMessage());
    }

    @Test
    void longAndDeepNamesAreRefused() {
        assertThrows(SourceException.class, () -> names.taken("x".repeat(256), false));
        assertThrows(SourceException.class, () -> names.taken("a/".repeat(17) + "b", false));
        assertThrows(SourceException.class, () -> names.taken("ab/".repeat(400), true));
    }

    @Test
    void nothingIsThereTwice() throws SourceException {
        names.taken("a/model.onnx", false);
        assertThrows(SourceException.class, () -> names.taken("a/model.onnx", false));
        assertThrows(SourceException.class, () -> names.taken("A/MODEL.onnx", false));
        assertThrows(SourceException.class, () -> names.taken("./a//model.onnx", false));
        assertThrows(SourceException.class, () -> names.taken("a", false));
        assertThrows(SourceException.class, () -> names.taken("a/model.onnx/b", false));
        assertThrows(SourceException.class, () -> names.taken("a/model.onnx", true));
        assertEquals("a", names.taken("a/", true));
        assertEquals("a", names.taken("a", true));
    }
}

package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a version comes from: what is a source, and what of it may be shown. */
class ModelSourceTest {

    private static final String DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://example.org/m.onnx", "http://127.0.0.1:8080/m?x=y", "HTTPS://example.org/m", "https://[::1]/m",
                "s3://my.bucket/a/b.onnx", "s3://bucket/prefix/", "file:///models/a.onnx", "https://u:p@h/m"
            })
    void theseAre(String url) {
        assertEquals(url, ModelSource.parse(url).url());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "m.onnx",
                "ftp://example.org/m",
                "https://",
                "https:///m",
                "https://a b/",
                "s3://bucket",
                "s3://bucket/",
                "s3://Bucket_/x?y",
                "file://host/m.onnx",
                "file:m.onnx",
                "file:///m.onnx?x",
                "file:///m%00.onnx",
                "https://h/m#part",
                "jar:file:///x!/y",
                "",
                "https://h/m sha256=12",
                "https://h/m md5=12",
                "https://h/m more"
            })
    void theseAreNot(String text) {
        assertThrows(IllegalArgumentException.class, () -> ModelSource.parse(text));
    }

    @Test
    void theDigestIsReadInEitherCase() {
        assertEquals(
                DIGEST,
                ModelSource.parse("https://h/m  sha256=" + DIGEST.toUpperCase(java.util.Locale.ROOT))
                        .sha256());
    }

    @ParameterizedTest
    @CsvSource({
        "https://user:secret@h/m, https://***@h/m",
        "https://secret@h/m?token=secret, https://***@h/m?***",
        "https://h/m?X-Amz-Signature=secret, https://h/m?***",
        "https://user:se@cret@h/m, https://***@h/m",
        "https://user:sec?ret@h/m, https://***?***",
        "https:/user:secret@h/m, ***@h/m",
        "user:secret@h/m://x, ***@h/m://x",
        "https:user:secret@h/m?x=1, ***@h/m?***",
        "https://h/m, https://h/m",
        "s3://bucket/key, s3://bucket/key"
    })
    void secretsAreNotShown(String url, String shown) {
        assertEquals(shown, new ModelSource(url, "").shown());
        assertEquals(shown, new ModelSource(url, "").toString());
        assertFalse(shown.contains("secret"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://h/a b, is no URL: illegal character in path at index 11 (got https://h/a b)",
        "https://, is no URL: expected authority at index 8 (got https://)",
        "https:///m, names no host (got https:///m)",
        "https:h/m, names no host (got https:h/m)",
        "https://a_b/m, has a host or port that cannot be (got https://a_b/m)",
        "https://h:port/m, has a host or port that cannot be (got https://h:port/m)",
        "https://user:secret@:80/m, has a host or port that cannot be (got https://***@:80/m)",
        "'https://h:65536/m', 'has the port 65536, and ports are from 1 to 65535'",
        "'https://h:0/m', 'has the port 0, and ports are from 1 to 65535'",
        "'https://h/m#part', 'has a fragment, which no server is sent: leave out what begins with #, or write %23 where #"
                + " is meant (got https://h/m#part)'"
    })
    void saysWhatIsWrongWithAUrl(String url, String fault) {
        assertEquals(fault, new ModelSource(url, "").fault().orElseThrow());
    }

    @Test
    void whatIsWrongIsSaidWithoutSecrets() {
        IllegalArgumentException wrong = assertThrows(
                IllegalArgumentException.class, () -> ModelSource.parse("gopher://user:secret@h/m?secret"));
        assertTrue(String.valueOf(wrong.getMessage()).contains("gopher://***@h/m?***"), wrong.getMessage());
    }
}

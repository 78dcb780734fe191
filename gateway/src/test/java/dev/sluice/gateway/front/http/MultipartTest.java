package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MultipartTest {

    private static String part(String body) {
        byte[] bytes = ("..." + body.replace("\n", "\r\n")).getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer found = Multipart.part(new HttpBytes(bytes, 3, bytes.length), "b", List.of("image"));
        return StandardCharsets.ISO_8859_1.decode(found).toString();
    }

    private static String refusal(String body) {
        return assertThrows(InferenceException.class, () -> part(body)).error().message();
    }

    private static String of(String head, String content) {
        return "--b\nContent-Disposition: form-data; " + head + "\n\n" + content + "\n";
    }

    @Test
    void prefersThePartOfTheNameThenTheFirstFileThenTheFirstPart() {
        String text = of("name=\"a\"", "A");
        String file = of("name=\"b\"; filename=\"b.png\"", "B");
        String named = of("name=image", "I");
        assertEquals("I", part(text + file + named + "--b--"));
        assertEquals("B", part(text + file + "--b--\n"));
        assertEquals("A", part(text + "--b--"));
    }

    @Test
    void findsAPartByItsNameAlone() {
        String form = of("name=\"a\"", "A") + of("name=\"f\"; filename=\"f\"", "F") + of("name=a", "again") + "--b--";
        assertEquals("A", named(form, "a"));
        assertEquals("F", named(form, "f"));
        assertEquals("none", named(form, "b"));
        assertEquals("none", named("--b--", "a"));
    }

    private static String named(String body, String name) {
        byte[] bytes = body.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer found = Multipart.named(new HttpBytes(bytes, 0, bytes.length), "b", name);
        return found == null
                ? "none"
                : StandardCharsets.ISO_8859_1.decode(found).toString();
    }

    @Test
    void takesAnyBytesBetweenTheBoundaries() {
        assertEquals("\r\n\r\n-\u00ff\u0000-b", part(of("name=image", "\n\n-\u00ff\u0000-b") + "--b--"));
        assertEquals("", part(of("name=image", "") + "--b--"));
        assertEquals("x", part("a preamble --b\n" + of("name=image", "x") + "--b--\nan epilogue"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no form", "--b", "--b--", "--b\n", "--b\nname: x\n\nno end"})
    void refusesWhatIsNone(String body) {
        assertTrue(refusal(body).startsWith("body: "), refusal(body));
    }

    @Test
    void refusesAPartOfAHeadWithoutAnEnd() {
        assertEquals(
                "body: the form ends in the middle of a part", refusal("--b\n" + "x".repeat(100_000) + "\n\n--b--"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "multipart/form-data; boundary=abc|abc",
                "multipart/form-data; charset=x; BOUNDARY=\"a b\"; y=z|a b",
                "multipart/form-data;boundary=a;x|a"
            })
    void knowsItsBoundary(String contentType, String boundary) {
        assertEquals(boundary, Multipart.boundary(contentType));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""})
    void refusesToGuessABoundary(String contentType) {
        assertThrows(InferenceException.class, () -> Multipart.boundary(contentType));
    }
}

package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.FakeHttpRequest;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client asks for does not make the loop compress more than it may. */
class AnswerDeflaterTest {

    private static final int MOST = 4 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "gzip, identity;q=0", "deflate, *;q=0"})
    void aLongAnswerIsPlainWhateverTheClientSays(String accepted) {
        FakeHttpRequest http = new FakeHttpRequest().header("accept-encoding", accepted);
        Buffer sent = AnswerDeflater.fit(http.request(), Buffer.buffer(new byte[MOST + 1]));
        assertEquals(MOST + 1, sent.length());
        assertEquals(List.of("vary: accept-encoding"), http.answerHeaders());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "gzip, identity;q=0"})
    void theLongestThatIsCompressed(String accepted) {
        FakeHttpRequest http = new FakeHttpRequest().header("accept-encoding", accepted);
        Buffer compressed = AnswerDeflater.fit(http.request(), Buffer.buffer(new byte[MOST]));
        assertTrue(compressed.length() < MOST / 100, compressed.length() + " bytes");
        assertEquals(List.of("vary: accept-encoding", "content-encoding: gzip"), http.answerHeaders());
    }
}

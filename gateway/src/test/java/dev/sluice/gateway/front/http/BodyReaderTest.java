package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.fake.FakeHttpRequest;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.worker.contract.InferenceError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.internal.buffer.BufferInternal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies up to the limit are handed on once; larger ones are refused once, and cut off when they never end. */
class BodyReaderTest {

    private static final int LIMIT = 10;

    private final FakeHttpRequest http = new FakeHttpRequest();
    private final List<String> heard = new ArrayList<>();

    private final ByteBudget budget = budget(100);
    private final FakeTimers timers = new FakeTimers();
    private final Bodies bodies = timers.with(budget, work -> fail("a plain body needs no turn"));

    private static ByteBudget budget(long bytes) {
        Duration second = Duration.ofSeconds(1);
        return Limits.unlimited(new AdmitOptions(1, bytes, "none", second, second, second, second))
                .bodies();
    }

    private void read() {
        BodyReader.read(http.request(), SizeLimit.fixed(LIMIT), bodies, body -> heard.add(text(body)), this::answer);
    }

    private void answer(InferenceError error) {
        heard.add(word(error));
        http.over();
    }

    private static String text(HttpBytes body) {
        return new String(body.array(), body.from(), body.to() - body.from(), StandardCharsets.UTF_8);
    }

    private static String word(InferenceError error) {
        return error instanceof InferenceError.PayloadTooLarge ? "too large" : StatusMapping.outcome(error);
    }

    @Test
    void holdsItsBytesOfTheBudgetUntilTheRequestIsOver() {
        read();
        http.send("01234").send("56789").end();
        assertEquals(10, budget.heldBytes());
        http.over();
        http.over();
        assertEquals(0, budget.heldBytes());
    }

    @Test
    void doesNotHoldThemWhileTheAnswerIsTaken() {
        read();
        http.send("0123456789").end();
        assertEquals(10, budget.heldBytes());
        http.answerBegins();
        assertEquals(0, budget.heldBytes());
        http.over();
        assertEquals(0, budget.heldBytes());
    }

    @Test
    void refusesWhatTheBudgetHasNoRoomFor() {
        assertTrue(budget.tryReserve(95));
        read();
        http.send("01234").send("5").end();
        assertEquals(List.of("overloaded"), heard);
        http.over();
        assertEquals(95, budget.heldBytes());
    }

    @Test
    void joinsManyTinyPieces() {
        read();
        for (int i = 0; i < LIMIT; i++) {
            http.send(Integer.toString(i));
        }
        http.end();
        assertEquals(List.of("0123456789"), heard);
    }

    private void readUpToTwoGibibytes() {
        Bodies plenty = new FakeTimers().with(budget(Integer.MAX_VALUE), work -> fail("a plain body needs no turn"));
        BodyReader.read(
                http.request(),
                SizeLimit.fixed(Integer.MAX_VALUE),
                plenty,
                body -> heard.add("a body of " + body.length()),
                error -> heard.add(word(error)));
    }

    /** A buffer of that many bytes, which takes no more memory than one MiB. */
    private static Buffer repeated(int bytes) {
        ByteBuf mebibyte = Unpooled.directBuffer(1 << 20).writerIndex(1 << 20);
        CompositeByteBuf whole = Unpooled.compositeBuffer(Integer.MAX_VALUE);
        for (int left = bytes; left > 0; left -= 1 << 20) {
            whole.addComponent(true, mebibyte.retainedSlice(0, Math.min(left, 1 << 20)));
        }
        return BufferInternal.buffer(whole);
    }

    /** No JVM has arrays of that length, whatever its heap. */
    @Test
    void aPieceThatFindsNoMemoryEndsTheBody() {
        readUpToTwoGibibytes();
        http.send("x").send(repeated(Integer.MAX_VALUE - 1)).send("y").end();
        assertEquals(List.of("overloaded"), heard);
    }

    @Test
    void aBodyThatFindsNoMemoryWhenItIsJoinedIsRefused() {
        readUpToTwoGibibytes();
        Buffer mebibyte = Buffer.buffer(new byte[1 << 20]);
        for (int i = 0; i < 2047; i++) {
            http.send(mebibyte);
        }
        http.send(Buffer.buffer(new byte[(1 << 20) - 1])).end();
        assertEquals(List.of("overloaded"), heard);
    }

    /** Large pieces are kept, small ones gathered: whatever their mixture, they come out in their order. */
    @Test
    void joinsLargeAndSmallPiecesInTheirOrder() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            BodyPieces pieces = new BodyPieces();
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            for (int left = random.nextInt(12); left > 0; left--) {
                byte[] array = new byte[1 + random.nextInt(random.nextBoolean() ? 100 : 40_000)];
                random.nextBytes(array);
                int from = random.nextInt(array.length);
                int to = random.nextBoolean() ? array.length : from + random.nextInt(array.length - from + 1);
                expected.write(array, from, to - from);
                if (random.nextBoolean()) {
                    pieces.add(new HttpBytes(array, from, to));
                } else {
                    pieces.copy(array, from, to - from);
                    Arrays.fill(array, (byte) 0);
                }
            }
            assertEquals(expected.size(), pieces.length());
            HttpBytes body = pieces.join();
            assertArrayEquals(expected.toByteArray(), Arrays.copyOfRange(body.array(), body.from(), body.to()));
            assertEquals(0, pieces.length());
        }
    }

    @Test
    void tellsAClientThatAsksToGoOn() {
        http.header("expect", "100-continue").header("content-length", "3");
        read();
        assertTrue(http.isContinued());
    }

    @Test
    void doesNotTellAClientToSendWhatItWillRefuse() {
        http.header("expect", "100-continue").header("content-length", "11");
        read();
        assertFalse(http.isContinued());
        assertEquals(List.of("too large"), heard);
    }

    @ParameterizedTest
    @CsvSource({"'', ''", "abc, abc", "'abc,def,g', abcdefg", "0123456789, 0123456789", "'01234,56789', 0123456789"})
    void joinsThePieces(String pieces, String body) {
        read();
        for (String piece : pieces.split(",")) {
            http.send(piece);
        }
        assertEquals(List.of(), heard);
        http.end();
        assertEquals(List.of(body), heard);
        assertFalse(http.isClosed());
    }

    @Test
    void aBodyWithoutPiecesIsEmpty() {
        read();
        http.end();
        assertEquals(List.of(""), heard);
    }

    @Test
    void refusesOnceWhenTheLimitIsPassed() {
        read();
        http.send("01234").send("56789").send("x");
        assertEquals(List.of("too large"), heard);
        http.send("yz").end();
        assertEquals(List.of("too large"), heard);
        assertFalse(http.isClosed());
    }

    @Test
    void refusesAtOnceWhatAnnouncesTooMuch() {
        http.header("content-length", "11");
        read();
        assertEquals(List.of("too large"), heard);
        http.send("0123456789x").end();
        assertEquals(List.of("too large"), heard);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10", "0", "-1", "many", "", "99999999999999999999"})
    void judgesByWhatArrivesAndNotByAnOddAnnouncement(String announced) {
        http.header("content-length", announced);
        read();
        http.send("abc").end();
        assertEquals(List.of("abc"), heard);
    }

    @Test
    void cutsOffAClientThatNeverEnds() {
        read();
        http.send("0123456789x").send(repeated(BodyReader.DROPPED_BYTES));
        assertFalse(http.isClosed());
        http.send("x");
        assertTrue(http.isClosed());
        assertEquals(List.of("too large"), heard);
    }

    @Test
    void saysThatABodyIsMalformedBeforeItCloses() {
        read();
        http.send("01234").fail(new NumberFormatException("bad chunk size"));
        assertEquals(List.of("invalid_request"), heard);
        assertEquals(List.of("connection: close"), http.answerHeaders());
        assertTrue(http.isClosed());
    }

    @Test
    void hasNobodyToTellThatTheConnectionBroke() {
        read();
        http.send("01234").fail(new IOException("reset"));
        http.fail(new HttpClosedException("closed"));
        assertEquals(List.of(), heard);
        assertFalse(http.isClosed());
    }

    @Test
    void leavesTheConnectionOfAMalformedStreamAlone() {
        http.http2();
        read();
        http.send("01234").fail(new IllegalStateException("more than was announced"));
        assertEquals(List.of(), heard);
        assertFalse(http.isClosed());
    }

    @Test
    void cutsOffNoMoreThanTheStreamOfHttp2() {
        http.http2();
        read();
        http.send("0123456789x").send(repeated(BodyReader.DROPPED_BYTES));
        assertEquals(FakeHttpRequest.NOT_RESET, http.resetCode());
        http.send("x");
        assertEquals(0, http.resetCode());
        assertFalse(http.isClosed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "2", ""})
    void waitsForABodyUntilItsDeadlineHasPassed(String announced) {
        http.header("content-length", announced);
        timers.ticker.set(1_000_000_000);
        read();
        timers.ticker.set(2_500_000_000L);
        http.send("a");
        assertEquals(List.of(1_500L), timers.startedMillis);
        http.send("b");
        assertEquals(List.of(), heard);
        timers.runOut();
        http.send("c").end();
        assertEquals(List.of("deadline_exceeded"), heard);
        assertEquals(List.of("connection: close"), http.answerHeaders());
        assertTrue(http.isClosed());
        assertEquals(1, timers.startedMillis.size());
    }

    @Test
    void resetsNoMoreThanTheStreamThatIsLate() {
        http.http2();
        read();
        http.send("a");
        timers.runOut();
        assertEquals(List.of("deadline_exceeded"), heard);
        assertEquals(List.of(), http.answerHeaders());
        assertEquals(0, http.resetCode());
        assertFalse(http.isClosed());
    }

    @Test
    void startsNoTimerForABodyInOnePiece() {
        http.header("content-length", "3");
        read();
        http.send("abc").end();
        assertEquals(List.of(), timers.startedMillis);
    }

    @Test
    void forgetsItsTimerWhenTheBodyIsWholeOrBroken() {
        read();
        http.send("a").send("b");
        assertEquals(1, timers.running());
        http.end();
        assertEquals(0, timers.running());
        FakeHttpRequest other = new FakeHttpRequest();
        BodyReader.read(other.request(), SizeLimit.fixed(LIMIT), bodies, body -> {}, error -> {});
        other.send("a").fail(new IOException("reset"));
        assertEquals(0, timers.running());
    }

    @Test
    void doesNotWaitForTheRestOfWhatWasRefusedEither() {
        BodyReader.discard(http.request(), bodies);
        http.send("a");
        timers.runOut();
        assertTrue(http.isClosed());
        FakeHttpRequest ends = new FakeHttpRequest();
        BodyReader.discard(ends.request(), bodies);
        ends.send("a").end();
        assertEquals(0, timers.running());
    }
}

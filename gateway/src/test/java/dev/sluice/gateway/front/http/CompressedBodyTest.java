package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.fake.FakeHttpRequest;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.worker.contract.InferenceError;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.zip.Adler32;
import java.util.zip.CRC32;
import java.util.zip.Checksum;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed bodies come out as they went in, however they are cut, and count by what comes out. */
class CompressedBodyTest {

    private static final int LIMIT = 1 << 20;

    private final List<byte[]> bodies = new ArrayList<>();
    private final List<InferenceError> refusals = new ArrayList<>();
    private final ByteBudget budget = budget(8 << 20);
    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final Bodies allBodies = FakeTimers.bodies(budget, turns::add);

    private static ByteBudget budget(long bytes) {
        Duration second = Duration.ofSeconds(1);
        return Limits.unlimited(new AdmitOptions(1, bytes, "none", second, second, second, second))
                .bodies();
    }

    private static byte[] compress(String form, byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean bare = form.equals("bare");
        try (OutputStream compressing = form.equals("gzip")
                ? new GZIPOutputStream(out)
                : new DeflaterOutputStream(out, new Deflater(Deflater.DEFAULT_COMPRESSION, bare))) {
            compressing.write(plain);
        }
        return out.toByteArray();
    }

    private static byte[] text(int length) {
        byte[] text = new byte[length];
        Random random = new Random(length);
        for (int i = 0; i < length; i++) {
            text[i] = (byte) ('0' + random.nextInt(10));
        }
        return text;
    }

    private FakeHttpRequest send(String form, byte[] compressed, int pieceBytes) {
        FakeHttpRequest http = new FakeHttpRequest()
                .header("content-encoding", form.equals("bare") ? "deflate" : form)
                .header("content-length", Integer.toString(compressed.length));
        BodyReader.read(
                http.request(),
                SizeLimit.fixed(LIMIT),
                allBodies,
                body -> bodies.add(Arrays.copyOfRange(body.array(), body.from(), body.to())),
                refusals::add);
        for (int at = 0; at < compressed.length; at += pieceBytes) {
            http.send(Buffer.buffer(Arrays.copyOfRange(compressed, at, Math.min(compressed.length, at + pieceBytes))));
        }
        http.end();
        takeTurns();
        return http;
    }

    private void takeTurns() {
        while (!turns.isEmpty()) {
            turns.remove().run();
        }
    }

    private String refusal() {
        assertEquals(0, bodies.size());
        assertEquals(1, refusals.size(), refusals::toString);
        return refusals.getFirst().message();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "bare"})
    void comesOutAsItWentInHoweverItIsCut(String form) throws IOException {
        for (int length : new int[] {0, 1, 100, 16 << 10, (16 << 10) + 1, 200_000, LIMIT}) {
            byte[] plain = text(length);
            byte[] compressed = compress(form, plain);
            for (int pieceBytes : new int[] {1, 7, 1000, Integer.MAX_VALUE / 2}) {
                bodies.clear();
                FakeHttpRequest http = send(form, compressed, pieceBytes);
                assertEquals(List.of(), refusals);
                assertArrayEquals(plain, bodies.getFirst());
                assertEquals(length, budget.heldBytes());
                http.over();
                assertEquals(0, budget.heldBytes());
            }
        }
    }

    @Test
    void readsOverEverythingThatAGzipHeaderMayHave() throws IOException {
        byte[] plain = text(50);
        byte[] gzip = compress("gzip", plain);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] fixed = Arrays.copyOf(gzip, 10);
        fixed[3] = 2 | 4 | 8 | 16;
        whole.writeBytes(fixed);
        whole.writeBytes(new byte[] {3, 0, 'a', 0, 'b', 'n', 'a', 'm', 'e', 0, 'c', 0, 1, 2});
        whole.writeBytes(Arrays.copyOfRange(gzip, 10, gzip.length));
        for (int pieceBytes = 1; pieceBytes < 30; pieceBytes++) {
            bodies.clear();
            send("gzip", whole.toByteArray(), pieceBytes);
            assertEquals(List.of(), refusals);
            assertArrayEquals(plain, bodies.getFirst());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "bare"})
    void refusesWhatEndsTooEarlyWhereverItIsCut(String form) throws IOException {
        byte[] whole = compress(form, text(30));
        for (int length = 0; length < whole.length; length++) {
            refusals.clear();
            send(form, Arrays.copyOf(whole, length), 5);
            assertEquals("content-encoding: the compressed data end too early", refusal());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "bare"})
    void refusesWhatFollowsTheEnd(String form) throws IOException {
        byte[] whole = compress(form, text(30));
        send(form, Arrays.copyOf(whole, whole.length + 1), 5);
        assertEquals("content-encoding: bytes follow the end of the compressed data", refusal());
    }

    /** Zlib's Adler-32 does not tell all short texts apart, and then nobody can: there only the checksum is compared. */
    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void aChangedBitIsNeverReadAsABodyWithAnotherChecksum(String form) throws IOException {
        byte[] plain = text(300);
        byte[] whole = compress(form, plain);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] changed = whole.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            bodies.clear();
            refusals.clear();
            FakeHttpRequest http = send(form, changed, 64);
            assertEquals(1, bodies.size() + refusals.size());
            bodies.forEach(body -> assertEquals(checksum(form, plain), checksum(form, body)));
            refusals.forEach(error -> assertTrue(error.message().startsWith("content-encoding: "), error.message()));
            http.over();
            assertEquals(0, budget.heldBytes());
        }
    }

    private static long checksum(String form, byte[] bytes) {
        Checksum checksum = form.equals("gzip") ? new CRC32() : new Adler32();
        checksum.update(bytes);
        return checksum.getValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate", "bare"})
    void refusesABombAtTheLimit(String form) throws IOException {
        byte[] bomb = compress(form, new byte[64 << 20]);
        assertTrue(bomb.length < 128 << 10, bomb.length + " bytes");
        FakeHttpRequest http = send(form, bomb, 8 << 10);
        assertEquals(new InferenceError.PayloadTooLarge(LIMIT, "").message(), refusal());
        assertTrue(budget.heldBytes() <= LIMIT);
        http.over();
        assertEquals(0, budget.heldBytes());
    }

    @Test
    void refusesWhatTheBudgetHasNoRoomFor() throws IOException {
        assertTrue(budget.tryReserve((8 << 20) - 1000));
        FakeHttpRequest http = send("gzip", compress("gzip", new byte[100_000]), 8 << 10);
        assertTrue(refusals.getFirst() instanceof InferenceError.Overloaded, refusals::toString);
        http.over();
        assertEquals((8 << 20) - 1000, budget.heldBytes());
    }

    @Test
    void aClientThatGoesInTheMiddleLeavesNothing() throws IOException {
        byte[] whole = compress("gzip", text(100_000));
        FakeHttpRequest http = new FakeHttpRequest().header("content-encoding", "gzip");
        BodyReader.read(http.request(), SizeLimit.fixed(LIMIT), allBodies, body -> {}, refusals::add);
        http.send(Buffer.buffer(Arrays.copyOf(whole, whole.length / 2)));
        assertTrue(budget.heldBytes() > 0);
        http.over();
        assertEquals(0, budget.heldBytes());
        http.send(Buffer.buffer(Arrays.copyOfRange(whole, whole.length / 2, whole.length)));
        assertEquals(0, budget.heldBytes());
    }

    private FakeHttpRequest begin() {
        FakeHttpRequest http = new FakeHttpRequest().header("content-encoding", "gzip");
        BodyReader.read(
                http.request(),
                SizeLimit.fixed(LIMIT),
                allBodies,
                body -> bodies.add(Arrays.copyOfRange(body.array(), body.from(), body.to())),
                refusals::add);
        return http;
    }

    @Test
    void aBombInOnePieceTakesManyTurns() throws IOException {
        FakeHttpRequest http = begin().send(Buffer.buffer(compress("gzip", new byte[64 << 20])));
        assertEquals(SlicedInflater.TURN_BYTES, budget.heldBytes());
        assertEquals(1, turns.size());
        http.end();
        turns.remove().run();
        assertEquals(1, turns.size());
        assertEquals(2 * SlicedInflater.TURN_BYTES, budget.heldBytes());
        assertEquals(List.of(), refusals);
        takeTurns();
        assertEquals(new InferenceError.PayloadTooLarge(LIMIT, "").message(), refusal());
    }

    /** Pieces that come while the first is inflated wait in their order, and count; the end waits behind them. */
    @Test
    void whatArrivesBetweenTurnsWaitsAndCounts() throws IOException {
        byte[] plain = new byte[LIMIT];
        System.arraycopy(text(1000), 0, plain, LIMIT - 1000, 1000);
        byte[] whole = compress("gzip", plain);
        int half = whole.length / 2;
        FakeHttpRequest http = begin().send(Buffer.buffer(Arrays.copyOf(whole, half)));
        assertEquals(1, turns.size());
        long held = budget.heldBytes();
        http.send(Buffer.buffer(Arrays.copyOfRange(whole, half, whole.length)));
        assertEquals(held + whole.length - half, budget.heldBytes());
        http.end();
        assertEquals(0, bodies.size());
        takeTurns();
        assertArrayEquals(plain, bodies.getFirst());
        assertEquals(LIMIT, budget.heldBytes());
        http.over();
        assertEquals(0, budget.heldBytes());
    }

    @Test
    void aClientThatGoesBetweenTurnsLeavesNothing() throws IOException {
        byte[] whole = compress("gzip", new byte[LIMIT]);
        int half = whole.length / 2;
        FakeHttpRequest http = begin().send(Buffer.buffer(Arrays.copyOf(whole, half)));
        http.send(Buffer.buffer(Arrays.copyOfRange(whole, half, whole.length)));
        http.over();
        assertEquals(0, budget.heldBytes());
        takeTurns();
        http.end();
        assertEquals(0, budget.heldBytes());
        assertEquals(0, bodies.size() + refusals.size());
    }

    @Test
    void refusesABodyWhoseWaitingPiecesHaveNoRoom() throws IOException {
        byte[] whole = compress("gzip", new byte[LIMIT]);
        int half = whole.length / 2;
        FakeHttpRequest http = begin().send(Buffer.buffer(Arrays.copyOf(whole, half)));
        long room = (8 << 20) - budget.heldBytes();
        assertTrue(budget.tryReserve(room));
        http.send(Buffer.buffer(Arrays.copyOfRange(whole, half, whole.length)));
        assertTrue(refusals.getFirst() instanceof InferenceError.Overloaded, refusals::toString);
        takeTurns();
        http.over();
        assertEquals(room, budget.heldBytes());
        assertEquals(1, refusals.size());
    }

    @Test
    void refusesABodyThatFindsNoMemory() throws IOException {
        FakeHttpRequest http = new FakeHttpRequest().header("content-encoding", "gzip");
        Bodies full = new FakeTimers().with(budget, work -> {
            throw new OutOfMemoryError("as if");
        });
        BodyReader.read(http.request(), SizeLimit.fixed(LIMIT), full, body -> bodies.add(new byte[0]), refusals::add);
        http.send(Buffer.buffer(compress("gzip", new byte[LIMIT]))).end();
        assertTrue(refusals.getFirst() instanceof InferenceError.Overloaded, refusals::toString);
        assertEquals(0, bodies.size());
        assertEquals(1, refusals.size());
    }

    @Test
    void aSmallBodyNeedsNoTurn() throws IOException {
        begin().send(Buffer.buffer(compress("gzip", text(100_000)))).end();
        assertEquals(0, turns.size());
        assertArrayEquals(text(100_000), bodies.getFirst());
    }
}

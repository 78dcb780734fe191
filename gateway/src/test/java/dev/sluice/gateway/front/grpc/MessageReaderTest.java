package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.fake.FakeHttpRequest;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.grpc.MessageReader.Message;
import dev.sluice.gateway.front.http.Bodies;
import dev.sluice.gateway.front.http.ContentCoding;
import dev.sluice.gateway.front.http.FakeTimers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.worker.contract.InferenceError;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** However a stream is cut into pieces, its messages come one by one, whole, when they are wanted, and within bounds. */
class MessageReaderTest {

    private static final int LIMIT = 1 << 20;
    private static final int SEEDS = 200;

    private final FakeHttpRequest http = new FakeHttpRequest().http2();
    private final ByteBudget budget = budget(2L * LIMIT);
    private final FakeTimers timers = new FakeTimers();
    private final Deque<Runnable> turns = new ArrayDeque<>();
    private final Bodies bodies = timers.with(budget, turns::add);
    private final Heard heard = new Heard();

    private static ByteBudget budget(long bytes) {
        Duration second = Duration.ofSeconds(1);
        return Limits.unlimited(new AdmitOptions(1, bytes, "none", second, second, second, second))
                .bodies();
    }

    /** Whatever the reader has said, in its order. */
    private static final class Heard implements MessageReader.Receiver {

        final List<byte[]> messages = new ArrayList<>();
        final List<Message> held = new ArrayList<>();
        final List<InferenceError> errors = new ArrayList<>();
        int begun;
        int ended;

        @Override
        public void begun(byte[] array, int from, int to) {
            begun++;
        }

        @Override
        public void message(Message message) {
            HttpBytes bytes = message.bytes();
            messages.add(Arrays.copyOfRange(bytes.array(), bytes.from(), bytes.to()));
            held.add(message);
        }

        @Override
        public void ended() {
            ended++;
        }

        @Override
        public void failed(InferenceError error) {
            errors.add(error);
        }
    }

    private MessageReader read(ContentCoding coding, long limit) {
        var settings = new MessageReader.Settings(coding, SizeLimit.fixed(limit), bodies);
        MessageReader reader = new MessageReader(http.request(), settings, heard);
        reader.begin();
        return reader;
    }

    private static byte[] framed(int flag, byte[] message) {
        byte[] framed = new byte[GrpcFraming.PREFIX_BYTES + message.length];
        GrpcFraming.writePrefix(framed, flag == 1, message.length);
        System.arraycopy(message, 0, framed, GrpcFraming.PREFIX_BYTES, message.length);
        return framed;
    }

    private static byte[] compressed(ContentCoding coding, byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (var deflating = coding == ContentCoding.GZIP ? new GZIPOutputStream(out) : new DeflaterOutputStream(out)) {
            deflating.write(bytes);
        }
        return out.toByteArray();
    }

    private void runTurns() {
        while (!turns.isEmpty()) {
            turns.remove().run();
        }
    }

    /** Sends those bytes in pieces, none while the reader wants none, and asks for the next message now and then. */
    private void send(byte[] bytes, MessageReader reader, Random random) {
        int at = 0;
        int heardBefore = 0;
        while (at < bytes.length || http.isPaused()) {
            runTurns();
            if (heard.messages.size() > heardBefore) {
                assertEquals(heardBefore + 1, heard.messages.size(), "one at a time");
                heardBefore++;
                reader.next();
                runTurns();
                continue;
            }
            if (http.isPaused()) {
                fail("nothing came, and nothing is wanted");
            }
            int length = 1 + random.nextInt(Math.min(bytes.length - at, 1 + random.nextInt(2000)));
            http.send(Buffer.buffer(Arrays.copyOfRange(bytes, at, at + length)));
            at += length;
        }
        runTurns();
        while (heard.messages.size() > heardBefore) {
            heardBefore++;
            reader.next();
            runTurns();
        }
    }

    @Test
    void anyMessagesInAnyPieces() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            MessageReaderTest one = new MessageReaderTest();
            one.anyMessages(new Random(seed));
        }
    }

    private void anyMessages(Random random) throws IOException {
        ContentCoding coding = random.nextBoolean() ? ContentCoding.GZIP : ContentCoding.DEFLATE;
        List<byte[]> sent = new ArrayList<>();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = random.nextInt(6); i >= 0; i--) {
            byte[] message = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(5000)];
            random.nextBytes(message);
            sent.add(message);
            boolean compress = random.nextBoolean();
            stream.writeBytes(framed(compress ? 1 : 0, compress ? compressed(coding, message) : message));
        }
        MessageReader reader = read(coding, LIMIT);
        send(stream.toByteArray(), reader, random);
        http.end();
        assertEquals(List.of(), heard.errors);
        assertEquals(sent.size(), heard.messages.size());
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(Arrays.toString(sent.get(i)), Arrays.toString(heard.messages.get(i)));
        }
        assertEquals(1, heard.ended);
        assertEquals(sent.stream().mapToLong(message -> message.length).sum(), budget.heldBytes());
        heard.held.forEach(Message::release);
        heard.held.forEach(Message::release);
        assertEquals(0, budget.heldBytes());
        assertEquals(0, timers.running());
    }

    @Test
    void aMessageInOnePieceCostsNoTimer() {
        read(ContentCoding.IDENTITY, LIMIT);
        http.send(Buffer.buffer(framed(0, new byte[100])));
        http.end();
        assertEquals(1, heard.messages.size());
        assertEquals(List.of(), timers.startedMillis);
        assertEquals(0, heard.begun);
        assertTrue(http.isPaused(), "one is enough until the next is asked for");
    }

    @Test
    void whatIsLateIsGivenUp() {
        read(ContentCoding.IDENTITY, LIMIT);
        http.send(Buffer.buffer(Arrays.copyOf(framed(0, new byte[100]), 50)));
        assertEquals(1, heard.begun);
        assertEquals(45, budget.heldBytes());
        timers.runOut();
        assertEquals(List.of(new InferenceError.DeadlineExceeded("body")), heard.errors);
        assertEquals(0, budget.heldBytes());
        http.send(Buffer.buffer(new byte[55]));
        assertEquals(List.of(), heard.messages);
    }

    @Test
    void theLimitHoldsForWhatIsAnnounced() {
        read(ContentCoding.IDENTITY, 99);
        http.send(Buffer.buffer(Arrays.copyOf(framed(0, new byte[100]), 5)));
        assertEquals(List.of(new InferenceError.PayloadTooLarge(99, "")), heard.errors);
    }

    @Test
    void theLargestLengthIsNoNegativeOne() {
        read(ContentCoding.IDENTITY, LIMIT);
        http.send(Buffer.buffer(new byte[] {0, -1, -1, -1, -1}));
        assertEquals(List.of(new InferenceError.PayloadTooLarge(LIMIT, "")), heard.errors);
    }

    /** A bounded amount in each turn, so that it takes several to find out. */
    @Test
    void theLimitHoldsForWhatIsInflated() throws IOException {
        read(ContentCoding.GZIP, LIMIT);
        http.send(Buffer.buffer(framed(1, compressed(ContentCoding.GZIP, new byte[4 * LIMIT]))));
        assertEquals(List.of(), heard.errors);
        assertFalse(turns.isEmpty());
        runTurns();
        assertEquals(List.of(new InferenceError.PayloadTooLarge(LIMIT, "")), heard.errors);
        assertEquals(0, budget.heldBytes());
    }

    @Test
    void theBudgetHoldsForAll() {
        assertTrue(budget.tryReserve(2 * LIMIT - 40));
        read(ContentCoding.IDENTITY, LIMIT);
        http.send(Buffer.buffer(framed(0, new byte[41])));
        assertTrue(heard.errors.getFirst() instanceof InferenceError.Overloaded);
        assertEquals(2 * LIMIT - 40, budget.heldBytes());
    }

    @Test
    void aClientThatGoesGivesEverythingBack() {
        MessageReader reader = read(ContentCoding.IDENTITY, LIMIT);
        http.send(Buffer.buffer(Arrays.copyOf(framed(0, new byte[100]), 50)));
        http.fail(new IOException("gone"));
        reader.close();
        assertEquals(0, budget.heldBytes());
        assertEquals(0, timers.running());
        assertEquals(List.of(), heard.errors);
    }
}

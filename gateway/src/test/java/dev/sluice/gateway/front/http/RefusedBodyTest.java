package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.fake.FakeHttpRequest;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.worker.contract.InferenceError;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is still to come of a refused body is read if it is short, and otherwise ends the connection behind the answer. */
class RefusedBodyTest {

    private static final int SHORT = BodyReader.DROPPED_BYTES;
    private static final long BUDGET = 1 << 20;

    private final FakeHttpRequest http = new FakeHttpRequest();
    private final List<InferenceError> heard = new ArrayList<>();
    private final ByteBudget budget = new ByteBudget(BUDGET);
    private final Bodies bodies = FakeTimers.bodies(budget, work -> fail("a plain body needs no turn"));

    private static Buffer bytes(int count) {
        return Buffer.buffer(new byte[count]);
    }

    private void read(int limitBytes) {
        BodyReader.read(http.request(), SizeLimit.fixed(limitBytes), bodies, body -> fail("it is too long"), error -> {
            heard.add(error);
            http.over();
        });
    }

    @Test
    void aShortRestIsReadSoThatTheConnectionCanGoOn() {
        http.header("content-length", Integer.toString(SHORT));
        read(10);
        http.send(bytes(SHORT)).end();
        assertEquals(List.of(new InferenceError.PayloadTooLarge(10, "")), heard);
        assertEquals(List.of(), http.answerHeaders());
        assertFalse(http.isClosed());
    }

    @Test
    void aLongRestEndsTheConnectionBehindTheAnswer() {
        http.header("content-length", Integer.toString(SHORT + 1));
        BodyReader.discard(http.request(), bodies);
        assertEquals(List.of("connection: close"), http.answerHeaders());
        assertFalse(http.isClosed(), "the answer comes first");
        http.over();
        assertTrue(http.isClosed());
    }

    @Test
    void aLongRestEndsTheStreamBehindTheAnswer() {
        http.http2().header("content-length", Integer.toString(SHORT + 1));
        BodyReader.discard(http.request(), bodies);
        assertEquals(FakeHttpRequest.NOT_RESET, http.resetCode());
        http.over();
        assertEquals(0, http.resetCode());
        assertEquals(List.of(), http.answerHeaders());
    }

    @Test
    void whatHasComeBeforeTheRefusalIsNoRest() {
        assertTrue(budget.tryReserve(BUDGET - 10));
        http.header("content-length", Integer.toString(SHORT + 5));
        read(1 << 20);
        http.send(bytes(5)).send(bytes(SHORT - 1));
        assertInstanceOf(InferenceError.Overloaded.class, heard.getFirst());
        assertEquals(List.of(), http.answerHeaders());
    }

    @Test
    void aRestOfUnknownLengthIsReadUntilItIsLong() {
        BodyReader.discard(http.request(), bodies);
        http.over();
        http.send(bytes(SHORT));
        assertFalse(http.isClosed());
        http.send(bytes(1));
        assertTrue(http.isClosed());
    }
}

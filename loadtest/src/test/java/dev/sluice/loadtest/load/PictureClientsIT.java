package dev.sluice.loadtest.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.wire.PictureCall;
import dev.sluice.loadtest.wire.Target;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Servers that do not answer, in each way in which one may not. */
@Timeout(60)
final class PictureClientsIT {

    private static final int CLIENTS = 3;
    private static final long LENGTH = TimeUnit.MILLISECONDS.toNanos(350);
    private static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(50);

    private static PictureClients.Answers ask(Consumer<HttpServerRequest> server) {
        Vertx vertx = Vertx.vertx();
        List<PictureCall> pictures = List.of(new PictureCall("7", "image/jpeg", Buffer.buffer("a seven")));
        try (StubServer stub = new StubServer(server);
                PictureClients clients =
                        new PictureClients(vertx, new Target("127.0.0.1", stub.port()), "/", pictures, CLIENTS)) {
            return clients.run(LENGTH, PATIENCE);
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void anAnswerThatDoesNotComeIsCountedAndTheRunEnds() {
        AtomicInteger begun = new AtomicInteger();
        for (Consumer<HttpServerRequest> silent : List.<Consumer<HttpServerRequest>>of(
                request -> begun.incrementAndGet(),
                request -> request.response().setChunked(true).write("{\"label\":"))) {
            PictureClients.Answers answers = ask(silent);
            assertEquals(0, answers.right() + answers.wrong());
            assertTrue(answers.others() >= 1, answers.toString());
        }
        assertTrue(begun.get() > 0);
    }

    @Test
    void whoIsRefusedDoesNotAskAgainAtOnce() {
        PictureClients.Answers answers =
                ask(request -> request.response().setStatusCode(503).end());
        assertTrue(answers.others() >= 1, answers.toString());
        assertTrue(answers.others() <= 4 * CLIENTS, "within 350 ms one at once and one after each 100 ms");
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the access log says of streams; and how a WebSocket ends when what answers it fails, for which a log that throws stands. */
class StreamLogIT {

    private static final String SUMS = "/v2/models/sums/stream";
    private static final int SMALL_BUFFER = 1 << 16;

    private final Lines lines = new Lines();
    private RunningGateway gateway;

    /** Keeps the lines, or fails as no appender should. */
    private static final class Lines extends AppenderBase<ILoggingEvent> {

        private final List<JsonObject> all = new CopyOnWriteArrayList<>();
        private volatile @Nullable Supplier<Error> error;
        private volatile @Nullable Supplier<RuntimeException> defect;

        @Override
        public synchronized void doAppend(ILoggingEvent event) {
            if (error != null) {
                throw error.get();
            }
            if (defect != null) {
                throw defect.get();
            }
            all.add(new JsonObject(event.getFormattedMessage()));
        }

        @Override
        protected void append(ILoggingEvent event) {}

        List<JsonObject> of(String path) {
            return all.stream()
                    .filter(line -> line.getString("path").equals(path))
                    .toList();
        }
    }

    @BeforeEach
    void start() {
        Logger access = (Logger) LoggerFactory.getLogger("sluice.access");
        access.setLevel(Level.INFO);
        access.setAdditive(false);
        lines.setContext(access.getLoggerContext());
        lines.start();
        access.addAppender(lines);
        gateway = RunningGateway.start(Places.TEST_MODELS, "http.access_log=true");
    }

    @AfterEach
    void stop() {
        Logger access = (Logger) LoggerFactory.getLogger("sluice.access");
        gateway.close();
        access.detachAppender(lines);
        access.setLevel(null);
        access.setAdditive(true);
    }

    private void awaitLines(String path, int count) {
        Waiting.until("the line is there", () -> lines.of(path).size() >= count);
    }

    @Test
    void oneLineForAWebSocketAndOneForEachMessage() throws IOException {
        try (RawStream stream = RawStream.open(gateway.port(), SUMS, SMALL_BUFFER, "x-request-id: mine\r\n")) {
            stream.text(Requests.sums(1, 2));
            int bytes = stream.next().payload().length;
            stream.text("{\"inputs\":7}").next();
            awaitLines(SUMS, 3);
            List<JsonObject> all = lines.of(SUMS);
            assertEquals(
                    List.of("mine 101", "mine.1 200", "mine.2 400"),
                    all.stream()
                            .map(line -> line.getString("request_id") + " " + line.getInteger("status"))
                            .toList());
            assertEquals("WEBSOCKET", all.get(1).getString("method"));
            assertEquals("127.0.0.1", all.get(1).getString("remote"));
            assertEquals(bytes, all.get(1).getInteger("response_bytes"));
            assertTrue(all.get(1).getInteger("duration_us") > 0, all.get(1)::encode);
        }
        assertEquals(3, lines.of(SUMS).size(), "its end is no answer");
    }

    @Test
    void oneLineForAStreamOfGrpcAtItsEnd() {
        String path = "/" + GrpcCaller.INFERENCE + "/ModelStreamInfer";
        try (GrpcCaller caller = new GrpcCaller(gateway.port())) {
            caller.call(GrpcCaller.INFERENCE, "ModelStreamInfer", GrpcRequests.sums(1, 2), "x-request-id", "mine");
            awaitLines(path, 1);
        }
        assertEquals(1, lines.of(path).size());
        JsonObject line = lines.of(path).getFirst();
        assertEquals("mine", line.getString("request_id"));
        assertEquals("POST", line.getString("method"));
        assertEquals(200, line.getInteger("status"));
        assertEquals("OK", line.getString("grpc_status"));
        assertTrue(line.getInteger("response_bytes") > 0, line::encode);
    }

    @Test
    void aDefectEndsAWebSocketWith1011() throws IOException {
        try (RawStream stream = RawStream.open(gateway.port(), SUMS)) {
            awaitLines(SUMS, 1);
            lines.defect = () -> new IllegalStateException("on purpose");
            stream.text("{}");
            assertEquals(1011, codeBehindAnswers(stream));
        }
        lines.defect = null;
        gateway.awaitNothingInFlight();
    }

    @Test
    void tooLittleMemoryEndsAWebSocketWith1013() throws IOException {
        try (RawStream stream = RawStream.open(gateway.port(), SUMS)) {
            awaitLines(SUMS, 1);
            lines.error = () -> new OutOfMemoryError("on purpose");
            stream.text("{}");
            assertEquals(1013, codeBehindAnswers(stream));
        }
        lines.error = null;
        gateway.awaitNothingInFlight();
    }

    /** The refusal is on its way by the time that its line is written. */
    private static int codeBehindAnswers(RawStream stream) throws IOException {
        RawStream.Frame frame = stream.next();
        while (frame.opcode() != RawStream.CLOSE) {
            frame = stream.next();
        }
        return frame.code();
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Thousands of WebSocket connections that say nothing take little memory, and those that work are served. */
class IdleStreamsIT {

    private static final int COUNT = 2_000;

    /** Of heap; what is beside it is what the process has grown by, and that is said. */
    private static final long MAX_BYTES_EACH = 12 << 10;

    private static final String SUMS = "/v2/models/sums/stream";

    private static RawStream open(int port) throws IOException {
        return RawStream.open(port, SUMS, 1 << 12, "");
    }

    private static void serves(RawStream stream) throws IOException {
        stream.text(Requests.sums(2, 3));
        String answer = stream.next().text();
        assertTrue(answer.contains("[5,5,5,5]"), answer);
    }

    @Test
    void takeLittleMemory() throws Exception {
        List<RawStream> idle = new ArrayList<>(COUNT);
        try (SluiceProcess sluice = SluiceProcess.start(
                "--port", "0", "--models", Places.TEST_MODELS.toString(), "--set", "websocket.ping_interval=1h")) {
            int port = sluice.awaitReady();
            for (int i = 0; i < COUNT; i++) { // what grows only once
                try (RawStream first = open(port)) {
                    serves(first);
                }
            }
            long liveBefore = sluice.liveHeapBytes();
            long residentBefore = sluice.residentBytes();
            while (idle.size() < COUNT) {
                idle.add(open(port));
            }
            long resident = (sluice.residentBytes() - residentBefore) / COUNT;
            long live = (sluice.liveHeapBytes() - liveBefore) / COUNT;
            System.out.println(COUNT + " idle streams take " + live + " bytes of heap each, and the process " + resident
                    + " bytes more, garbage included");
            assertTrue(live < MAX_BYTES_EACH, live + " bytes for each idle stream");
            serves(idle.getFirst());
            serves(idle.getLast());
        } finally {
            for (RawStream stream : idle) {
                stream.close();
            }
        }
    }
}

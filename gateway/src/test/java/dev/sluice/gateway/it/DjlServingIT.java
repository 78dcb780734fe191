package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** DJL Serving's clients get the answers that are recorded, beside V2 and on a port of its own. */
class DjlServingIT {

    private static final String PAIRS = "djl-serving.txt";
    private static final int FEWEST = 30;

    @TempDir
    static Path models;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        Repository repository = CompatModels.in(models);
        Files.createSymbolicLink(models.resolve("digits"), Places.DEMO_MODELS.resolve("digits"));
        gateway = RunningGateway.start(
                repository.root(),
                "worker.instances=1",
                "compat.profile=djl-serving",
                "compat.listeners=[\"djl-serving: 0\"]");
    }

    @AfterAll
    static void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedBesideV2() throws IOException {
        return RecordedPairs.tests(RecordedPairs.read(PAIRS), gateway, gateway.port());
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedOnItsOwnPort() throws IOException {
        return RecordedPairs.tests(RecordedPairs.read(PAIRS), gateway, gateway.profilePort(0));
    }

    @Test
    void aQueryThatIsNoneIsRefused() throws IOException {
        for (int port : List.of(gateway.port(), gateway.profilePort(0))) {
            try (RawConnection client = new RawConnection(port)) {
                client.post("/invocations?model_name=%zz", "[1]");
                Answer refused = client.answer();
                assertEquals(400, refused.status(), refused.body());
                assertEquals("BadRequestException", refused.json().getString("type"), refused.body());
            }
        }
    }

    @Test
    void aBrowserMaySendWhatCurlSends() {
        Answer options = Waiting.await(gateway.send(gateway.request(gateway.profilePort(0), "/predictions/digits")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build()));
        assertEquals("POST, PUT, OPTIONS", options.header("allow"));
    }

    @Test
    void thereAreMany() throws IOException {
        List<RecordedPairs> pairs = RecordedPairs.read(PAIRS);
        assertTrue(pairs.size() >= FEWEST, pairs.size() + " pairs");
    }
}

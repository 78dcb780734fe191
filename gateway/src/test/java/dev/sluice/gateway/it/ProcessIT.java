package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process: its ready line, its exit status, and what clients see when it dies. */
class ProcessIT {

    private static final String MODELS = Places.TEST_MODELS.toString();
    private static final String SLOW = "/v2/models/slow/infer";

    private static SluiceProcess serve(String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--models", MODELS));
        arguments.addAll(List.of(more));
        return SluiceProcess.start(arguments.toArray(String[]::new));
    }

    private static void serves(int port) throws IOException {
        try (RawConnection connection = new RawConnection(port)) {
            connection.post("/v2/models/sums/infer", Requests.sums(2, 3));
            assertEquals(5, connection.answer().data().getInteger(0));
        }
    }

    @Test
    void saysThatItIsReadyAndFinishesItsWorkOnSigterm() throws Exception {
        try (SluiceProcess sluice = serve("--port", "0", "--set", "worker.instances=1")) {
            int port = sluice.awaitReady();
            serves(port);
            try (RawConnection client = new RawConnection(port);
                    RawConnection other = new RawConnection(port)) {
                client.post(SLOW, Requests.slow(40_000, 7));
                Waiting.until("in flight", () -> inFlight(other) == 1);
                sluice.terminate();
                assertEquals(7f, client.answer().data().getFloat(0));
            }
            assertEquals(0, sluice.awaitExit());
        }
    }

    /** The signal that comes behind it, as Kubernetes sends one, is no second one: it cuts nothing short. */
    @Test
    void finishesItsWorkWhenAnOperatorAsksForIt() throws Exception {
        int adminPort = RunningNginx.freePort();
        try (SluiceProcess sluice =
                serve("--port", "0", "--set", "admin.port=" + adminPort, "--set", "admission.drain_delay=3s")) {
            int port = sluice.awaitReady();
            try (RawConnection client = new RawConnection(port);
                    RawConnection operator = new RawConnection(adminPort)) {
                operator.send("POST /admin/v1/drain HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
                assertEquals(202, operator.answer().status());
                sluice.terminate();
                client.post(SLOW, Requests.slow(40, 7));
                assertEquals(7f, client.answer().data().getFloat(0));
            }
            assertEquals(0, sluice.awaitExit());
        }
    }

    /** Days of work: only an engine call that is ended lets the process end by itself, with status 0. */
    @Test
    void endsEngineCallsThatTakeLongerThanItsPatience() throws Exception {
        try (SluiceProcess sluice =
                serve("--port", "0", "--set", "worker.instances=2", "--set", "admission.drain_timeout=100ms")) {
            int port = sluice.awaitReady();
            try (RawConnection client = new RawConnection(port);
                    RawConnection other = new RawConnection(port)) {
                client.post(SLOW, Requests.slow(Integer.MAX_VALUE, 7));
                Waiting.until("running", () -> running(other) == 1);
                sluice.terminate();
                assertTrue(client.answer().error(503).contains("shutting down"));
            }
            assertEquals(0, sluice.awaitExit());
        }
    }

    private static double running(RawConnection connection) {
        return metrics(connection).value("sluice_batch_rows_count", "model=\"slow\"");
    }

    private static double inFlight(RawConnection connection) {
        return metrics(connection).value("sluice_in_flight_requests");
    }

    private static MetricsPage metrics(RawConnection connection) {
        try {
            connection.send("GET /metrics HTTP/1.1\r\nhost: test\r\n\r\n");
            return new MetricsPage(connection.answer().body());
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void whatClientsDoWrongIsNoErrorInItsLog() throws Exception {
        try (SluiceProcess sluice = serve("--port", "0")) {
            int port = sluice.awaitReady();
            for (String nonsense : new String[] {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense", "nonsense\r\n\r\n"}) {
                try (RawConnection client = new RawConnection(port)) {
                    assertTrue(client.send(nonsense).isClosedByServer());
                }
            }
            serves(port);
            sluice.terminate();
            assertEquals(0, sluice.awaitExit());
            assertFalse(sluice.errors().contains(" ERROR "), sluice.errors());
            assertTrue(sluice.errors().contains(" INFO "), sluice.errors());
        }
    }

    @Test
    void aWrongOptionEndsItWithStatusTwo() throws Exception {
        try (SluiceProcess sluice = SluiceProcess.start("--prot", "0")) {
            assertEquals(2, sluice.awaitExit());
            assertTrue(sluice.errors().contains("--prot: is not an option"), sluice.errors());
            assertEquals("", sluice.output());
        }
    }

    @Test
    void anUnknownKeyInAFileEndsItWithStatusTwoAndNamesItsLine(@TempDir Path folder) throws Exception {
        Path file =
                Files.writeString(folder.resolve("mine.yaml"), "http:\n  port: 0\n  prot: 1\nworker:\n  modles: x\n");
        try (SluiceProcess sluice = SluiceProcess.start("--config", file.toString())) {
            assertEquals(2, sluice.awaitExit());
            assertTrue(sluice.errors().contains("mine.yaml:3: http.prot"), sluice.errors());
            assertTrue(sluice.errors().contains("mine.yaml:5: worker.modles"), sluice.errors());
        }
    }

    @Test
    void aPortInUseEndsItWithStatusOne() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SluiceProcess sluice = serve("--port", Integer.toString(taken.getLocalPort()))) {
            assertEquals(1, sluice.awaitExit());
            assertTrue(sluice.errors().contains("sluice: cannot start"), sluice.errors());
            assertTrue(sluice.errors().contains(Integer.toString(taken.getLocalPort())), sluice.errors());
            assertEquals("", sluice.output());
        }
    }

    @Test
    void aMissingRepositoryEndsItWithStatusTwoBeforeAnythingIsBegun(@TempDir Path folder) throws Exception {
        Path nowhere = folder.resolve("nowhere");
        try (SluiceProcess sluice = SluiceProcess.start("--port", "0", "--models", nowhere.toString())) {
            assertEquals(2, sluice.awaitExit());
            assertEquals(
                    "sluice: cannot start: worker.models: the model repository " + nowhere + " is not a directory",
                    sluice.errors().strip());
        }
    }

    @Test
    void printsItsUsage() throws Exception {
        try (SluiceProcess sluice = SluiceProcess.start("--help")) {
            assertEquals(0, sluice.awaitExit());
            assertTrue(sluice.output().startsWith("Usage: sluice serve"), sluice.output());
        }
    }

    @Test
    void whenItIsKilledItsClientsHearOfItAndANewOneTakesOverThePort() throws Exception {
        int port;
        try (SluiceProcess sluice = serve("--port", "0")) {
            port = sluice.awaitReady();
            List<RawConnection> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(new RawConnection(port).post(SLOW, Requests.slow(1_000_000, i)));
            }
            sluice.kill();
            for (RawConnection client : clients) {
                assertThrows(IOException.class, client::answer);
                client.close();
            }
            sluice.awaitExit();
        }
        try (SluiceProcess next = serve("--port", Integer.toString(port))) {
            assertEquals(port, next.awaitReady());
            serves(port);
        }
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The machine runs out: of files for connections, and of room for the log. */
class ExhaustionIT {

    private static final String MODELS = Places.TEST_MODELS.toString();
    private static final String SUMS = "/v2/models/sums/infer";

    /** More than the process needs for itself, and few enough to use up. */
    private static final int FILES = 300;

    private static final int CLIENTS = FILES + 50;

    private static final int REQUESTS = 1000;

    private static void serves(RawConnection connection) throws IOException {
        connection.post(SUMS, Requests.sums(2, 3));
        assertEquals(5, connection.answer().data().getInteger(0));
    }

    /**
     * The system completes connections that nobody has accepted, so all clients connect; those without a file wait in the
     * backlog, and are served when another leaves.
     */
    @Test
    void withoutFilesForMoreConnectionsThoseThatAreThereAreServed(@TempDir Path folder) throws Exception {
        Path log = folder.resolve("log");
        String shell = "ulimit -n " + FILES + "; exec 2>" + log;
        try (SluiceProcess sluice = SluiceProcess.startBehind(
                shell, "--port", "0", "--models", MODELS, "--set", "http.header_timeout=5s")) {
            int port = sluice.awaitReady();
            List<RawConnection> clients = new ArrayList<>();
            try (RawConnection first = new RawConnection(port)) {
                serves(first);
                for (int i = 0; i < CLIENTS; i++) {
                    clients.add(new RawConnection(port).post(SUMS, Requests.sums(2, 3)));
                }
                Waiting.until("some connections are served", () -> accepted(first) > 1);
                assertTrue(accepted(first) < CLIENTS, "there were files for all");
                for (int i = 0; i < REQUESTS; i++) {
                    serves(first);
                }
                doesNotSpin(sluice, first);
            }
            for (RawConnection client : clients) { // each leaves a file to another
                assertEquals(5, client.answer().data().getInteger(0));
                client.close();
            }
            sluice.terminate();
            assertEquals(0, sluice.awaitExit());
            String told = Files.readString(log);
            assertEquals(1, told.split("cannot accept connections", -1).length - 1, told);
            assertFalse(told.contains("\tat "), told);
        }
    }

    /** Five seconds in which nothing happens but that connections wait; one that spins would use a core of them. */
    private static void doesNotSpin(SluiceProcess sluice, RawConnection connection) throws IOException {
        long begin = System.nanoTime();
        Duration cpuBefore = sluice.cpuTime();
        connection.send("GET ").answer().error(408);
        Duration cpu = sluice.cpuTime().minus(cpuBefore);
        long elapsedNanos = System.nanoTime() - begin;
        assertTrue(cpu.toNanos() < elapsedNanos / 2, cpu + " of processor time in " + elapsedNanos + " ns");
    }

    private static double accepted(RawConnection connection) {
        try {
            connection.send("GET /metrics HTTP/1.1\r\nhost: test\r\n\r\n");
            return new MetricsPage(connection.answer().body()).value("sluice_connections");
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void aFullDiskBehindTheLogFailsNoRequest() throws Exception {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "only Linux has a device that is always full");
        try (SluiceProcess sluice = SluiceProcess.startBehind(
                "exec 2>/dev/full", "--port", "0", "--models", MODELS, "--set", "http.access_log=true")) {
            int port = sluice.awaitReady();
            try (RawConnection connection = new RawConnection(port)) {
                for (int i = 0; i < 10_000; i++) { // more than the queue of the access log holds
                    serves(connection);
                }
                connection.send("nonsense\r\n\r\n");
                connection.answer().error(400);
            }
            sluice.terminate();
            assertEquals(0, sluice.awaitExit());
            assertTrue(sluice.errors().isEmpty());
        }
    }
}

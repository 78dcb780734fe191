package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ten thousand connections of which hardly any has something to say: they cost little memory and nobody else's time. */
class IdleConnectionsIT {

    private static final int WANTED = 10_000;

    /** Files that this process and the server need for other things. */
    private static final int OTHER_FILES = 1000;

    /** With what the heap has grown by, on whose collection nobody waits here. */
    private static final long MAX_BYTES_EACH = 16 << 10;

    private static final String SUMS = "/v2/models/sums/infer";

    /** As many as this machine has files for; the server inherits the limit. */
    private static int connections() {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long files = system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - OTHER_FILES;
        int connections = (int) Math.min(WANTED, files);
        if (connections < WANTED) {
            System.err.println("ulimit -n leaves room for " + connections + " of " + WANTED + " connections");
        }
        assertTrue(connections > 0, "ulimit -n is too low for any test of many connections");
        return connections;
    }

    private static void serves(RawConnection connection) throws IOException {
        connection.post(SUMS, Requests.sums(2, 3));
        assertEquals(5, connection.answer().data().getInteger(0));
    }

    private static double open(RawConnection connection) throws IOException {
        connection.send("GET /metrics HTTP/1.1\r\nhost: test\r\n\r\n");
        return new MetricsPage(connection.answer().body()).value("sluice_connections");
    }

    @Test
    void thousandsOfThemLeaveRoomForThoseThatWork() throws Exception {
        int count = connections();
        List<SocketChannel> idle = new ArrayList<>(count);
        try (SluiceProcess sluice = SluiceProcess.start(
                "--port", "0", "--models", Places.TEST_MODELS.toString(), "--set", "http.idle_timeout=1h")) {
            InetSocketAddress place = new InetSocketAddress(InetAddress.getLoopbackAddress(), sluice.awaitReady());
            try (RawConnection busy = new RawConnection(place.getPort())) {
                for (int i = 0; i < 1000; i++) {
                    serves(busy);
                }
                long before = sluice.residentBytes();
                while (idle.size() < count - 1) {
                    idle.add(SocketChannel.open(place));
                    if (idle.size() % 100 == 0) {
                        serves(busy);
                    }
                }
                Waiting.until("all accepted", () -> isOpen(busy, count));
                long each = (sluice.residentBytes() - before) / count;
                System.out.println(count + " idle connections take " + each + " bytes each");
                assertTrue(each < MAX_BYTES_EACH, each + " bytes for each idle connection");
                serves(busy);
                for (int i = 0; i < idle.size(); i += 100) {
                    serves(new RawConnection(idle.get(i).socket()));
                }
            }
        } finally {
            for (SocketChannel connection : idle) {
                connection.close();
            }
        }
    }

    private static boolean isOpen(RawConnection connection, int count) {
        try {
            return open(connection) == count;
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }
}

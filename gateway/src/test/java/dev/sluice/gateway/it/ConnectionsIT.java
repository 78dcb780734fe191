package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** So many connections and no more, and the port as a sign that there is something behind it. */
class ConnectionsIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final int MAX = 20;

    private static void serves(RawConnection connection) throws IOException {
        connection.post(SUMS, Requests.sums(1, 2));
        assertEquals(3, connection.answer().data().getInteger(0));
    }

    private static boolean isFree(RunningGateway gateway) {
        try (RawConnection next = new RawConnection(gateway.port())) {
            serves(next);
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void closesAtOnceWhatIsOneTooMany() throws IOException {
        List<RawConnection> held = new ArrayList<>();
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, "http.max_connections=" + MAX)) {
            assertEquals(1, gateway.metrics().value("sluice_connections")); // this client keeps its connection
            for (int i = 1; i < MAX; i++) {
                held.add(new RawConnection(gateway.port()));
                serves(held.getLast()); // front loops count on their own, so that another could come first
            }
            try (RawConnection tooMany = new RawConnection(gateway.port())) {
                assertTrue(tooMany.isClosedByServer());
            }
            for (RawConnection connection : held) {
                serves(connection); // still
            }
            held.removeLast().close();
            Waiting.until("its place is free", () -> isFree(gateway));
            MetricsPage page = gateway.metrics();
            assertTrue(page.value("sluice_connections") <= MAX);
            assertTrue(page.value("sluice_refused_connections_total") >= 1);
        } finally {
            for (RawConnection connection : held) {
                connection.close();
            }
        }
    }

    @Test
    void anOpenPortMayMeanThatEveryModelIsThere() {
        try (RunningGateway gateway = RunningGateway.start(Places.TEST_MODELS, "http.listen_when_ready=true")) {
            assertEquals(200, gateway.get("/v2/health/ready").status());
            assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        }
    }
}

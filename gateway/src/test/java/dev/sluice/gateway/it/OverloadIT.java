package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** More than there is room for is refused at once and politely; what was let in is answered; then all is as before. */
class OverloadIT {

    private static final int CLIENTS = 60;
    private static final int STEPS = 2_000;

    private static List<CompletableFuture<Answer>> flood(RunningGateway gateway) {
        return IntStream.range(0, CLIENTS)
                .mapToObj(i -> gateway.inferLater("slow", Requests.slow(STEPS, i)))
                .toList();
    }

    /** Conservation: sent = answered + refused, and nothing else happens to a request. */
    private static void check(List<CompletableFuture<Answer>> sent, String reason, int roomFor) {
        int answered = 0;
        for (int i = 0; i < CLIENTS; i++) {
            Answer answer = Waiting.await(sent.get(i));
            if (answer.status() == 200) {
                assertEquals((float) i, answer.data().getFloat(0));
                answered++;
            } else {
                assertTrue(answer.error(503).contains(reason), answer.body());
                assertTrue(Integer.parseInt(assertHeader(answer)) >= 1, answer.toString());
            }
        }
        assertTrue(answered >= roomFor, answered + " were answered, and there was room for " + roomFor);
        assertTrue(answered < CLIENTS, "none was refused");
    }

    private static String assertHeader(Answer answer) {
        String retryAfter = answer.header("retry-after");
        assertNotNull(retryAfter, answer.toString());
        return retryAfter;
    }

    private static void servesAgain(RunningGateway gateway, String outcomeOfTheRest) {
        gateway.awaitNothingInFlight();
        assertEquals(200, gateway.infer("slow", Requests.slow(1, 1)).status());
        MetricsPage metrics = gateway.metrics();
        double success = metrics.value("sluice_requests_total", "outcome=\"success\"");
        double refused = metrics.value("sluice_requests_total", "outcome=\"" + outcomeOfTheRest + "\"");
        assertEquals(CLIENTS + 1, success + refused, "sent = answered + refused");
        assertEquals(0, metrics.value("sluice_queue_requests", "model=\"slow\""));
    }

    @Test
    void shedsWhatThereIsNoRoomForInTheProcess() {
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "admission.max_in_flight_requests=3")) {
            check(flood(gateway), "3 requests in flight and takes no more", 3);
            servesAgain(gateway, "overloaded");
        }
    }

    @Test
    void shedsWhatThereIsNoRoomForInTheQueue() {
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "worker.max_queue_requests=4")) {
            check(flood(gateway), "slow", 4);
            servesAgain(gateway, "overloaded");
        }
    }

    @Test
    void oneModelsQueueLeavesTheOthersAlone() {
        try (RunningGateway gateway =
                RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "worker.max_queue_requests=4")) {
            List<CompletableFuture<Answer>> flood = flood(gateway);
            assertEquals(5, gateway.infer("sums", Requests.sums(2, 3)).data().getInteger(0));
            check(flood, "slow", 4);
        }
    }

    @Test
    void aRefusalKeepsTheConnection() throws IOException {
        try (RunningGateway gateway = RunningGateway.start(
                        Places.TEST_MODELS, "worker.instances=1", "admission.max_in_flight_requests=1");
                RawConnection connection = new RawConnection(gateway.port())) {
            CompletableFuture<Answer> running = gateway.inferLater("slow", Requests.slow(20_000, 7));
            Waiting.until("running", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
            connection
                    .post("/v2/models/sums/infer", Requests.sums(1, 2))
                    .answer()
                    .error(503);
            assertEquals(7f, Waiting.await(running).data().getFloat(0));
            gateway.awaitNothingInFlight();
            assertEquals(
                    3,
                    connection
                            .post("/v2/models/sums/infer", Requests.sums(1, 2))
                            .answer()
                            .data()
                            .getInteger(0));
        }
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What TorchServe and DJL Serving have in common, beside V2 and on their own ports. */
class MultiModelIT {

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "compat.profile=torchserve",
                "compat.listeners=[\"torchserve: 0\", \"djl-serving: 0\"]");
    }

    @AfterAll
    static void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    private static List<Integer> ports() {
        return List.of(gateway.port(), gateway.profilePort(0), gateway.profilePort(1));
    }

    @Test
    void aQueryThatIsNoneIsRefused() throws IOException {
        for (int port : ports()) {
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
        for (int port : ports()) {
            Answer options = Waiting.await(gateway.send(gateway.request(port, "/predictions/echo")
                    .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                    .build()));
            assertEquals("POST, PUT, OPTIONS", options.header("allow"));
        }
    }
}

package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    private static Answer send(int port, String method, String path, String body, String... headers) {
        HttpRequest.Builder request = gateway.request(port, path).method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Waiting.await(gateway.send(request.build()));
    }

    @Test
    void v2IsRefusedInTheWordsOfTorchServeOnItsPort() {
        Answer nobody = send(gateway.profilePort(0), "POST", "/v2/models/nobody/infer", Requests.echo(1));
        assertEquals(404, nobody.status(), nobody.body());
        assertEquals("Model not found: nobody", nobody.json().getString("message"));
    }

    @Test
    void withoutAnyModelOneMustBeNamed(@TempDir Path none) {
        try (RunningGateway empty =
                RunningGateway.start(none, "compat.listeners=[\"torchserve: 0\", \"djl-serving: 0\"]")) {
            for (int place = 0; place < 2; place++) {
                Answer refused = Waiting.await(empty.send(empty.request(empty.profilePort(place), "/invocations")
                        .POST(BodyPublishers.ofString("[1]"))
                        .build()));
                assertEquals(400, refused.status(), refused.body());
                assertEquals("Parameter model_name is required.", refused.json().getString("message"));
            }
        }
    }

    @Test
    void aPathThatEndsInASlashIsTheSame() {
        for (int port : ports()) {
            Answer answer = send(port, "POST", "/invocations/?model_name=echo", "[1.5]");
            assertEquals("200 [1.5]", answer.status() + " " + answer.body());
        }
    }

    @Test
    void aBrowserMaySendWhatCurlSends() {
        for (int port : ports()) {
            Answer options = Waiting.await(gateway.send(gateway.request(port, "/predictions/echo")
                    .method("OPTIONS", BodyPublishers.noBody())
                    .build()));
            assertEquals("POST, PUT, OPTIONS", options.header("allow"));
        }
    }
}

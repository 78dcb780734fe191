package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** TorchServe's management on the operators' listener, behind what stands before ours. */
class TorchServeManagementIT {

    @TempDir
    static Path models;

    @TempDir
    static Path elsewhere;

    private static ManagedGateway managed;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        managed = ManagedGateway.start("torchserve", models, elsewhere);
        gateway = managed.gateway();
    }

    @AfterAll
    static void stop() {
        managed.close();
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecorded() throws IOException {
        return RecordedPairs.tests(RecordedPairs.read("torchserve-management.txt"), gateway, gateway.adminPort());
    }

    @Test
    void aChangeIsKeptWithWhoWantedIt() throws IOException {
        Answer done =
                gateway.admin("PUT", "/models/words?min_worker=2&synchronous=true", "", "x-request-id", "scaling");
        assertEquals("Workers scaled to 2 for model: words", done.json().getString("status"), done.body());
        managed.assertChanged("scaling", "words", "instances");
    }

    @Test
    void whatHasBeenUnregisteredMayBeRegisteredAgain() throws IOException {
        String register = "/models?url=" + managed.url("again.onnx");
        for (int version = 1; version <= 2; version++) {
            Answer registered = gateway.admin("POST", register, "");
            assertEquals(
                    "Model \"again\" Version: " + version + " registered with 1 initial workers",
                    registered.json().getString("status"),
                    registered.body());
            Answer answer = gateway.post("/v2/models/again/versions/" + version + "/infer", Requests.echo(1));
            assertEquals(200, answer.status(), answer.body());
            assertEquals(200, gateway.admin("DELETE", "/models/again", "").status());
            assertEquals(404, gateway.admin("GET", "/models/again", "").status());
        }
    }

    /** Who rolls back and tidies up must not get back what was rolled back from. */
    @Test
    void withTheLastServedVersionTheModelLeaves() throws IOException {
        String register = "/models?url=" + managed.url("thrice.onnx");
        for (int version = 1; version <= 3; version++) {
            Answer registered = gateway.admin("POST", register, "");
            assertEquals(200, registered.status(), registered.body());
        }
        assertEquals(
                200, gateway.admin("PUT", "/models/thrice/1/set-default", "").status());
        Answer notServed = gateway.admin("DELETE", "/models/thrice/3", "");
        assertEquals(200, notServed.status(), notServed.body());
        assertEquals(404, gateway.admin("DELETE", "/models/thrice/3", "").status());
        Answer last = gateway.admin("DELETE", "/models/thrice/1", "");
        assertEquals("Model \"thrice\" unregistered", last.json().getString("status"), last.body());
        assertEquals(404, gateway.admin("GET", "/models/thrice", "").status());
        Answer unloaded = gateway.post("/v2/models/thrice/infer", Requests.echo(1)); // V2 knows version 2 still
        assertEquals(503, unloaded.status(), unloaded.body());
        assertEquals(404, gateway.admin("DELETE", "/models/thrice/1", "").status());
    }

    @Test
    void aQueryThatIsNoneIsRefused() throws IOException {
        for (String request : List.of("GET /models?limit=", "PUT /models/echo?min_worker=", "POST /models?url=")) {
            try (RawConnection client = new RawConnection(gateway.adminPort())) {
                client.send(request + "%zz HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
                Answer refused = client.answer();
                assertEquals(400, refused.status(), request + ": " + refused.body());
            }
        }
    }

    @Test
    void ofAParameterThatStandsTwiceTheFirstHoldsAsThere() {
        Answer one = gateway.admin("GET", "/models?limit=1&limit=2", "");
        assertEquals(1, one.json().getJsonArray("models").size(), one.body());
    }

    @Test
    void saysWhichMethodsThereAre() {
        Answer refused = gateway.admin("PATCH", "/models/echo", "");
        assertEquals(405, refused.status(), refused.body());
        assertEquals("GET, HEAD, POST, PUT, DELETE, OPTIONS", refused.header("allow"));
        Answer options = gateway.admin("OPTIONS", "/models/echo", "");
        assertEquals("GET, HEAD, POST, PUT, DELETE, OPTIONS", options.header("allow"));
    }

    @Test
    void whoCallsItByAnotherNameIsRefused() throws IOException {
        try (RawConnection client = new RawConnection(gateway.adminPort())) {
            client.send("DELETE /models/echo HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 0\r\n\r\n");
            assertTrue(client.answer().error(403).contains("evil.example"));
        }
        gateway.admin("DELETE", "/models/echo", "", "origin", "http://evil.example")
                .error(403);
    }

    @Test
    void withoutTheSettingThereIsNoSuchPath() {
        try (RunningGateway plain = RunningGateway.start(Places.TEST_MODELS, "admin.port=-1", "registry.url=none")) {
            plain.admin("GET", "/models", "").error(404);
        }
    }
}

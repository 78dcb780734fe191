package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * DJL Serving's management on the operators' listener, behind what stands before ours. The names of models that come
 * here are behind all that pages are turned through.
 */
class DjlServingManagementIT {

    @TempDir
    static Path models;

    @TempDir
    static Path elsewhere;

    private static ManagedGateway managed;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        managed = ManagedGateway.start("djl-serving", models, elsewhere);
        gateway = managed.gateway();
        managed.url("named");
    }

    @AfterAll
    static void stop() {
        managed.close();
    }

    private static String status(Answer answer) {
        return answer.json().getString("status");
    }

    private static void answers(String path) {
        Answer answer = gateway.post("/v2/models/" + path + "/infer", Requests.echo(1));
        assertEquals(200, answer.status(), answer.body());
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecorded() throws IOException {
        return RecordedPairs.tests(RecordedPairs.read("djl-serving-management.txt"), gateway, gateway.adminPort());
    }

    @Test
    void aModelComesAnswersAndLeavesAndMayComeAgain() throws IOException {
        String register = "/models?model_name=zguest&url=" + managed.url("zguest.onnx");
        for (int version = 1; version <= 2; version++) {
            Answer registered = gateway.admin("POST", register, "");
            assertEquals("200 Model \"zguest\" registered.", registered.status() + " " + status(registered));
            answers("zguest/versions/" + version);
            Answer again = gateway.admin("POST", register, "");
            assertEquals(409, again.status(), again.body());
            assertEquals("Workflow zguest is already registered.", again.json().getString("message"));
            assertEquals(
                    "Model or workflow \"zguest\" unregistered", status(gateway.admin("DELETE", "/models/zguest", "")));
            assertEquals(404, gateway.admin("GET", "/models/zguest", "").status());
        }
    }

    @Test
    void aVersionBesideAnotherWithAsManyWorkersAsAreAskedFor() throws IOException {
        String file = managed.url("zpair.onnx");
        assertEquals(
                200,
                gateway.admin("POST", "/models?model_name=zpair&model_version=2&url=" + file, "")
                        .status());
        String body = new JsonObject()
                .put("url", file)
                .put("model_name", "zpair")
                .put("model_version", "1")
                .put("min_worker", 2)
                .encode();
        Answer older = gateway.admin("POST", "/models", body, "content-type", "application/json");
        assertEquals("200 Model \"zpair\" registered.", older.status() + " " + status(older));
        answers("zpair/versions/1");
        answers("zpair/versions/2");
        Answer told = gateway.admin("GET", "/workflows/zpair/1", "");
        assertTrue(told.body().contains("\"maxWorkers\": 2"), told.body());
        assertEquals(200, gateway.admin("DELETE", "/workflows/zpair/2", "").status());
        answers("zpair/versions/1");
    }

    @Test
    void whoDoesNotWaitIsAnsweredAtOnceAndTheModelComes() throws IOException {
        Answer scheduled =
                gateway.admin("POST", "/models?model_name=zlater&synchronous=false&url=" + managed.url("later"), "");
        assertEquals("202 Model \"zlater\" registration scheduled.", scheduled.status() + " " + status(scheduled));
        Waiting.until(
                "the model is there",
                () -> gateway.admin("GET", "/models/zlater", "").body().contains("\"status\": \"Healthy\""));
        answers("zlater");
    }

    @Test
    void whatCannotBeHadIsNotRegistered() {
        Answer refused = gateway.admin("POST", "/models?model_name=nothing&url=file://" + elsewhere + "/none.onnx", "");
        assertTrue(refused.status() >= 400, refused.toString());
        assertEquals(404, gateway.admin("GET", "/models/nothing", "").status());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "znofile | HERE/none.onnx | there is no file",
                "nofolder | HERE/none/ | there is no file",
                "elsewhere | /etc/model.onnx | lies in none of the directories",
                "a%20b | HERE/named | a name is up to 128"
            })
    void whatIsKnownToBeWrongIsSaidToWhoDoesNotWaitToo(String name, String path, String reason) throws IOException {
        isRefusedAtOnce(name, "file://" + path.replace("HERE", elsewhere.toString()), reason);
        assertEquals(404, gateway.admin("GET", "/models/" + name, "").status());
    }

    @Test
    void whatMayNotBeFetchedIsSaidToWhoDoesNotWaitToo() throws IOException {
        isRefusedAtOnce("plain", "http://models.example/m.onnx", "is plain text");
    }

    private static void isRefusedAtOnce(String name, String url, String reason) throws IOException {
        Answer refused = gateway.admin(
                "POST",
                "/models?synchronous=false&model_name=" + name + "&url=" + url,
                "",
                "x-request-id",
                "vetted-" + name);
        assertEquals(400, refused.status(), refused.body());
        assertEquals("BadRequestException", refused.json().getString("type"));
        String message = refused.json().getString("message");
        assertTrue(message.contains(reason), message);
        List<JsonObject> kept = managed.changedBy("vetted-" + name);
        assertEquals(1, kept.size(), kept.toString());
        assertEquals("source", kept.getFirst().getString("change"));
    }

    @Test
    void theNameOfWhatWasRefusedIsFree() throws IOException {
        String register = "/models?synchronous=false&model_name=zfree&url=";
        assertEquals(
                400,
                gateway.admin("POST", register + "file://" + elsewhere + "/none.onnx", "")
                        .status());
        Answer later = gateway.admin("POST", register + managed.url("there"), "");
        assertEquals(202, later.status(), later.body());
    }

    @Test
    void whoAsksWhetherAllWorksIsToldOfEachModel() {
        Answer ping = gateway.admin("GET", "/ping", "");
        assertEquals(500, ping.status(), "one has failed: " + ping.body());
        assertEquals("FAILED", ping.json().getJsonObject("broken").getString("status"));
        assertEquals("Healthy", ping.json().getJsonObject("digits").getString("status"));
    }

    @Test
    void aChangeIsKeptWithWhoWantedIt() throws IOException {
        Answer done = gateway.admin("PUT", "/models/words?min_worker=2", "", "x-request-id", "scaling");
        assertEquals(200, done.status(), done.body());
        managed.assertChanged("scaling", "words", "instances");
    }

    @Test
    void whoCallsItByAnotherNameIsRefused() throws IOException {
        try (RawConnection client = new RawConnection(gateway.adminPort())) {
            client.send("DELETE /models/echo HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 0\r\n\r\n");
            assertTrue(client.answer().error(403).contains("evil.example"));
        }
    }

    @Test
    void ofOurPathsTheFormIsOurs() {
        gateway.admin("GET", "/admin/v1/models/nobody", "").error(404);
    }

    @Test
    void saysWhichMethodsThereAre() {
        Answer options = gateway.admin("OPTIONS", "/workflows/echo", "");
        assertEquals("GET, HEAD, POST, PUT, DELETE, OPTIONS", options.header("allow"));
    }
}

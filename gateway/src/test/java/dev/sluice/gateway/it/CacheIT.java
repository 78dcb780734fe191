package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers that are given again, over sockets: which, by whatever protocol, and what becomes of those that wait. */
class CacheIT {

    private static final String CACHED = "cache:\n  ttl: 1h\n";
    private static final String FOREVER = "{\"instances\":[{\"x\":1.0,\"steps\":100000000}]}";
    private static final String SLOW = "/v1/models/slow:predict";

    @TempDir
    Path models;

    private RunningGateway gateway;
    private Repository repository;

    @BeforeEach
    void start() {
        repository = new Repository(models)
                .with("echo")
                .config("echo", CACHED)
                .with("slow")
                .config("slow", CACHED)
                .with("pick");
        gateway = RunningGateway.start(
                models,
                "worker.instances=1",
                "worker.give_up_after=10ms",
                "worker.control.poll=100ms",
                "worker.control.settle=0s",
                "compat.profile=tensorflow-serving");
    }

    @AfterEach
    void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    private Answer echo(int length, String... headers) {
        return gateway.post("/v2/models/echo/infer", Requests.echo(length), headers);
    }

    private double count(String meter) {
        return gateway.metrics().value(meter);
    }

    private double batches(String model) {
        return gateway.metrics().value("sluice_batch_rows_count", "model=\"" + model + "\"");
    }

    @Test
    void anEqualRequestIsAnsweredWithoutARun() {
        Answer first = echo(3);
        assertEquals("miss", first.header("sluice-cache"));
        assertNull(first.header("age"));
        double runs = batches("echo");
        Answer second = echo(3);
        assertEquals("hit", second.header("sluice-cache"));
        assertTrue(Long.parseLong(String.valueOf(second.header("age"))) >= 0, second.toString());
        assertEquals(first.data(), second.data());
        assertEquals(runs, batches("echo"));
        assertEquals("miss", echo(4).header("sluice-cache"));
        assertEquals(1, count("sluice_cache_hits_total"));
        assertEquals(2, count("sluice_cache_misses_total"));
        assertTrue(gateway.metrics().value("sluice_cache_bytes", "model=\"echo\"", "version=\"1\"") > 0);
        assertEquals(1, gateway.metrics().value("sluice_cache_hits_total", "model=\"echo\"", "version=\"1\""));
        assertEquals(0, gateway.metrics().value("sluice_cache_misses_total", "model=\"pick\""));
    }

    @Test
    void aModelThatDoesNotSaySoIsAlwaysAsked() {
        for (int i = 0; i < 2; i++) {
            assertNull(gateway.infer("pick", Requests.pick(1)).header("sluice-cache"));
        }
        assertEquals(0, count("sluice_cache_misses_total"));
    }

    @Test
    void aClientMayWantAnAnswerOfItsOwn() {
        echo(3);
        assertEquals("miss", echo(3, "cache-control", "no-cache").header("sluice-cache"));
        assertEquals("hit", echo(3).header("sluice-cache"));
        assertNull(echo(5, "cache-control", "max-age=0, no-store").header("sluice-cache"));
        assertNull(echo(5, "cache-control", "max-age=0", "cache-control", "no-store")
                .header("sluice-cache"));
        assertEquals("miss", echo(5).header("sluice-cache"));
    }

    @Test
    void whatOneProtocolWasAnsweredAnotherIsAnsweredToo() {
        String rest = "{\"instances\": [[0.5, 1.5]]}";
        Answer first = gateway.post("/v1/models/echo:predict", rest);
        assertEquals("miss", first.header("sluice-cache"));
        ByteBuffer row = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(0, 0.5f)
                .putFloat(4, 1.5f);
        ModelInferRequest same = ModelInferRequest.newBuilder()
                .setModelName("echo")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(1)
                        .addShape(2))
                .addRawInputContents(ByteString.copyFrom(row))
                .build();
        try (GrpcCaller caller = new GrpcCaller(gateway.port())) {
            GrpcCaller.Reply reply = caller.infer(same);
            assertEquals(GrpcStatus.OK, reply.status());
            assertEquals("hit", reply.metadata("sluice-cache").orElse("none"));
            assertTrue(reply.metadata("age").isPresent());
            assertEquals(
                    "miss",
                    caller.infer(same, "cache-control", "no-cache")
                            .metadata("sluice-cache")
                            .orElse("none"));
        }
    }

    @Test
    void anotherVersionHasAnswersOfItsOwn() {
        echo(3);
        repository.with("echo", "2", Places.TEST_MODELS.resolve("echo/1/model.onnx"));
        Waiting.until(
                "the first version gone with its answers",
                () -> gateway.get("/v2/models/echo/versions/1/ready").status() != 200
                        && count("sluice_cache_bytes") == 0);
        assertEquals("miss", echo(3).header("sluice-cache"));
        assertEquals("hit", echo(3).header("sluice-cache"));
    }

    @Test
    void whatIsLoadedAnewHasAnswersOfItsOwn() {
        echo(3);
        assertTrue(count("sluice_cache_bytes") > 0);
        repository.config("echo", CACHED + "max_batch_rows: 3\n");
        Waiting.until("the loading before gone with its answers", () -> count("sluice_cache_bytes") == 0);
        assertEquals("miss", echo(3).header("sluice-cache"));
    }

    @Test
    void whileAVersionIsOnTrialAllAreRun() {
        repository.config("echo", CACHED + "traffic:\n  candidate: newest\n  weight: 0\n");
        repository.with("echo", "2", Places.TEST_MODELS.resolve("echo/1/model.onnx"));
        Waiting.until("on trial", () -> echo(3).header("sluice-cache") == null);
        double misses = count("sluice_cache_misses_total");
        assertNull(echo(3).header("sluice-cache"));
        assertEquals(misses, count("sluice_cache_misses_total"));
        String named = "/v2/models/echo/versions/1/infer";
        gateway.post(named, Requests.echo(3));
        assertEquals("hit", gateway.post(named, Requests.echo(3)).header("sluice-cache"));
    }

    @Test
    void manyEqualOnesAtOnceAreEachAnswered() {
        String body = "{\"instances\":[{\"x\":1.0,\"steps\":20000}]}";
        List<CompletableFuture<Answer>> answers = IntStream.range(0, 64)
                .mapToObj(i -> gateway.send(gateway.request(SLOW)
                        .POST(BodyPublishers.ofString(body))
                        .build()))
                .toList();
        String first = Waiting.await(answers.getFirst()).body();
        for (CompletableFuture<Answer> each : answers) {
            assertEquals(
                    Map.of(200, first),
                    Map.of(Waiting.await(each).status(), Waiting.await(each).body()));
        }
        double hits = count("sluice_cache_hits_total");
        double shared = count("sluice_cache_shared_total");
        assertEquals(64, hits + shared + count("sluice_cache_misses_total"));
        assertTrue(hits + shared > 0, hits + " hits, " + shared + " shared");
    }

    @Test
    void whoWaitsDoesSoForAsLongAsItsOwnDeadline() throws IOException {
        try (RawConnection leader = new RawConnection(gateway.port())) {
            leader.post(SLOW, FOREVER);
            Waiting.until("it has set out", () -> count("sluice_cache_misses_total") == 1);
            try (RawConnection follower = new RawConnection(gateway.port())) {
                follower.post(SLOW, FOREVER);
                Waiting.until("it waits", () -> count("sluice_cache_shared_total") == 1);
                gateway.post(SLOW, FOREVER, "sluice-timeout-ms", "100").error(504);
            }
            assertEquals(1, count("sluice_cache_misses_total"));
        }
    }

    @Test
    void ofThoseThatWaitedForOneThatWentOneLeads() throws IOException {
        try (RawConnection first = new RawConnection(gateway.port());
                RawConnection second = new RawConnection(gateway.port())) {
            try (RawConnection leader = new RawConnection(gateway.port())) {
                leader.post(SLOW, FOREVER);
                Waiting.until("it has set out", () -> count("sluice_cache_misses_total") == 1);
                first.post(SLOW, FOREVER);
                second.post(SLOW, FOREVER);
                Waiting.until("both wait", () -> count("sluice_cache_shared_total") == 2);
            }
            Waiting.until("one waits for the other", () -> count("sluice_cache_shared_total") == 3);
            assertEquals(2, count("sluice_cache_misses_total"));
        }
    }

    @Test
    void whoGoesLeavesThoseThatWaitedToThemselves() throws IOException {
        try (RawConnection follower = new RawConnection(gateway.port())) {
            try (RawConnection leader = new RawConnection(gateway.port())) {
                leader.post(SLOW, FOREVER);
                Waiting.until("it has set out", () -> count("sluice_cache_misses_total") == 1);
                follower.post(SLOW, FOREVER);
                Waiting.until("the other one waits", () -> count("sluice_cache_shared_total") == 1);
            }
            Waiting.until(
                    "the first has gone, and the other one is run",
                    () -> gateway.metrics().value("sluice_requests_total", "outcome=\"cancelled\"") == 1
                            && count("sluice_in_flight_requests") == 1);
        }
        Waiting.until(
                "both have gone", () -> gateway.metrics().value("sluice_requests_total", "outcome=\"cancelled\"") == 2);
    }
}

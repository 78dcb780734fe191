package dev.sluice.gateway.front.djl;

import static dev.sluice.gateway.front.multimodel.ManagedModels.MODEL;
import static dev.sluice.gateway.front.multimodel.ManagedModels.command;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.multimodel.ManagedModels;
import dev.sluice.gateway.front.multimodel.ManagedPath;
import dev.sluice.gateway.front.multimodel.Reply;
import dev.sluice.gateway.front.multimodel.Reply.Done;
import dev.sluice.gateway.front.multimodel.Reply.Order;
import dev.sluice.gateway.front.multimodel.Reply.Refused;
import dev.sluice.gateway.front.multimodel.Reply.Scheduled;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(VertxExtension.class)
class DjlOrdersTest {

    private static final HttpBytes EMPTY = new HttpBytes(new byte[0], 0, 0);
    private static final String URL = "https://models.example/m.zip";

    private ManagedModels managed;
    private DjlOrders orders;

    @BeforeEach
    void listen(Vertx vertx) {
        managed = new ManagedModels(vertx);
        orders = new DjlOrders(managed.models(), managed.orders());
    }

    private Reply reply(HttpMethod method, @Nullable String version, Map<String, String> query) {
        ManagedPath path = new ManagedPath("models", MODEL, version);
        return orders.of(ManagedModels.request(method, query), EMPTY, path).orElseThrow();
    }

    private Reply delete(@Nullable String version) {
        return reply(HttpMethod.DELETE, version, Map.of());
    }

    private Reply register(Map<String, String> query) {
        ManagedPath path = new ManagedPath("models", null, null);
        return orders.of(ManagedModels.request(HttpMethod.POST, query), EMPTY, path)
                .orElseThrow();
    }

    private Reply registerJson(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return orders.of(
                        ManagedModels.request(HttpMethod.POST, "application/json; charset=utf-8", Map.of()),
                        new HttpBytes(body, 0, body.length),
                        new ManagedPath("models", null, null))
                .orElseThrow();
    }

    private String refusal(Map<String, String> query) {
        return assertThrows(InferenceException.class, () -> register(query))
                .error()
                .message();
    }

    @Test
    void aModelIsRegisteredAndWaitedForUnlessItIsNotToBe() {
        Order order = assertInstanceOf(Order.class, register(Map.of("url", URL)));
        assertEquals(new ModelCommand.Source(MODEL, 1, new ModelSource(URL, "")), order.command());
        assertEquals(200, order.status());
        assertEquals("Model \"m\" registered.", order.text().get());
        Scheduled scheduled = assertInstanceOf(
                Scheduled.class, register(Map.of("url", URL, "model_name", "other", "synchronous", "false")));
        assertEquals("Model \"other\" registration scheduled.", scheduled.text());
    }

    @Test
    void theSameInJson() {
        Scheduled order = assertInstanceOf(
                Scheduled.class,
                registerJson(
                        "{\"url\":\"" + URL + "\",\"model_version\":\"3\",\"engine\":\"OnnxRuntime\",\"batch_size\":8,"
                                + "\"device\":null,\"min_worker\":2,\"synchronous\":false}"));
        assertEquals(new ModelCommand.Source(MODEL, 3, new ModelSource(URL, "")), order.command());
        managed.is(3, ModelState.READY, 1);
        assertEquals(
                Optional.of(new ModelCommand.Instances(MODEL, 2)),
                order.then().getLast().get());
    }

    @ParameterizedTest
    @CsvSource({
        "https://models.example/a/mlp.zip, mlp",
        "https://models.example/a/mlp.v2.tar.gz?b=c/d.zip, mlp_v2",
        "https://models.example/a/some-mlp.onnx, some_mlp_onnx",
        "s3://models/a.b/mlp.zip/, mlp_zip"
    })
    void theNameIsTakenFromTheUrlAsThere(String url, String name) {
        assertEquals(name, command(register(Map.of("url", url))).name());
    }

    @Test
    void oneNameIsRegisteredOnceUnlessItIsAnotherVersion() {
        ModelCommand first = command(register(Map.of("url", URL)));
        Refused conflict = assertInstanceOf(Refused.class, register(Map.of("url", URL)));
        assertEquals(409, conflict.status());
        assertEquals("BadRequestException", conflict.type());
        assertEquals("Workflow m is already registered.", conflict.text());
        Map<String, String> second = Map.of("url", URL, "model_version", "2");
        assertEquals(
                2,
                assertInstanceOf(ModelCommand.Source.class, command(register(second)))
                        .version());
        assertEquals(
                "Workflow m:2 is already registered.",
                assertInstanceOf(Refused.class, register(second)).text());
        managed.orders().isOver(first);
        managed.is(1, ModelState.FAILED, 0);
        assertInstanceOf(Refused.class, register(Map.of("url", URL)));
    }

    @Test
    void whatHasLeftMayComeBack() {
        managed.is(1, ModelState.UNLOADED, 0);
        ModelCommand.Source again = assertInstanceOf(ModelCommand.Source.class, command(register(Map.of("url", URL))));
        assertEquals(2, again.version());
    }

    @Test
    void whatIsNotReadHereIsRefusedBeforeAnythingIsDone() {
        assertEquals("Parameter url is required.", refusal(Map.of("url", "")));
        assertTrue(refusal(Map.of("url", "djl://ai.djl.zoo/mlp")).startsWith("url: is no URL of https"));
        assertEquals(
                "engine: Python is not here; export the model to ONNX",
                refusal(Map.of("url", URL, "engine", "Python")));
        assertEquals("model_version: a number from 1 on (got v1)", refusal(Map.of("url", URL, "model_version", "v1")));
        assertEquals(
                "parameter is invalid number.For input string: \"two\"",
                refusal(Map.of("url", URL, "min_worker", "two")));
        InferenceException workflow = assertThrows(
                InferenceException.class, () -> register(Map.of("url", "https://models.example/workflow.json")));
        assertInstanceOf(InferenceError.Unimplemented.class, workflow.error());
        assertInstanceOf(Order.class, register(Map.of("url", URL)), "and the name is still free");
    }

    @Test
    void workersAreAsManyAsTheRangeAllows() {
        managed.is(1, ModelState.READY, 4);
        assertEquals(
                new Done(200, "Workflow \"m\" worker scaled. New Worker configuration min workers:2 max workers:8"),
                reply(HttpMethod.PUT, null, Map.of("min_worker", "2", "max_worker", "8")));
        assertEquals(
                new ModelCommand.Instances(MODEL, 6),
                command(reply(HttpMethod.PUT, "1", Map.of("min_worker", "6", "max_worker", "8"))));
        assertEquals(
                new ModelCommand.Instances(MODEL, 5), command(reply(HttpMethod.PUT, null, Map.of("min_worker", "5"))));
        assertEquals(
                new Done(200, "Workflow \"m\" worker scaled. New Worker configuration min workers:2 max workers:-1"),
                reply(HttpMethod.PUT, null, Map.of("min_worker", "2")));
        assertEquals(
                new ModelCommand.Instances(MODEL, 3), command(reply(HttpMethod.PUT, null, Map.of("max_worker", "3"))));
        assertEquals(
                new Done(200, "Workflow \"m\" worker scaled. New Worker configuration min workers:-1 max workers:-1"),
                reply(HttpMethod.PUT, null, Map.of()));
        assertThrows(InferenceException.class, () -> reply(HttpMethod.PUT, "7", Map.of("min_worker", "2")));
    }

    @ParameterizedTest
    @CsvSource({
        "min_worker, 0, 'min_worker: a model in memory has one at least; DELETE unloads it'",
        "max_worker, 0, 'max_worker: a model in memory has one at least; DELETE unloads it'",
        "min_worker, 300, 'min_worker: a model has 256 at most (got 300)'",
        "min_worker, 8, max_worker cannot be less than min_worker."
    })
    void workersThatCannotBeAreRefusedBeforeAnythingIsDone(String name, String number, String message) {
        Map<String, String> query = name.equals("min_worker")
                ? Map.of("url", URL, name, number, "max_worker", "2")
                : Map.of("url", URL, name, number);
        assertEquals(message, refusal(query));
        assertInstanceOf(Order.class, register(Map.of("url", URL)), "and the name is still free");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///", "https://models.example/.zip"})
    void aUrlThatEndsInNoNameNeedsOne(String url) {
        assertEquals("model_name: is missing, and the URL ends in no name", refusal(Map.of("url", url)));
        assertEquals(
                "n", command(register(Map.of("url", url, "model_name", "n"))).name());
    }

    @Test
    void whatIsNotReadyIsNotScaled() {
        managed.is(1, ModelState.READY, 1);
        managed.is(2, ModelState.LOADING, 0);
        Refused refused = assertInstanceOf(Refused.class, reply(HttpMethod.PUT, null, Map.of("min_worker", "2")));
        assertEquals(503, refused.status());
        assertEquals("Model or workflow is not ready: m", refused.text());
    }

    @Test
    void anyVersionMayLeaveAndTheLastTakesItsModelWithIt() {
        managed.is(1, ModelState.READY, 1);
        managed.is(2, ModelState.READY, 1);
        assertEquals(new ModelCommand.Serve(MODEL, List.of("1")), command(delete("2")));
        assertEquals(new ModelCommand.Unload(MODEL), command(delete(null)));
        ModelSource source = new ModelSource(URL, "");
        managed.tell(new ModelNews.Wished(ModelWish.none(MODEL).sourced(2, source)));
        assertEquals(new ModelCommand.Source(MODEL, 2, null), command(delete("2")));
        managed.is(1, ModelState.UNLOADED, 0);
        assertThrows(InferenceException.class, () -> delete("1"));
    }
}

package dev.sluice.gateway.front.torchserve;

import static dev.sluice.gateway.front.multimodel.ManagedModels.MODEL;
import static dev.sluice.gateway.front.multimodel.ManagedModels.command;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.gateway.front.multimodel.ManagedModels;
import dev.sluice.gateway.front.multimodel.Reply;
import dev.sluice.gateway.front.multimodel.Reply.Done;
import dev.sluice.gateway.front.multimodel.Reply.Order;
import dev.sluice.gateway.front.multimodel.Reply.Refused;
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
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class TorchServeOrdersTest {

    private ManagedModels managed;
    private TorchServeOrders orders;

    @BeforeEach
    void listen(Vertx vertx) {
        managed = new ManagedModels(vertx);
        orders = new TorchServeOrders(managed.models(), managed.orders());
    }

    private Reply reply(HttpMethod method, @Nullable String name, @Nullable String version, Map<String, String> query) {
        return orders.of(ManagedModels.request(method, query), name, version, false)
                .orElseThrow();
    }

    private Reply delete(String version) {
        return reply(HttpMethod.DELETE, MODEL, version, Map.of());
    }

    private Reply scale(Map<String, String> query) {
        return reply(HttpMethod.PUT, MODEL, null, query);
    }

    private Reply register(Map<String, String> query) {
        return reply(HttpMethod.POST, null, null, query);
    }

    @Test
    void whoComesStaysWhenAnotherLeaves() {
        managed.is(1, ModelState.FAILED, 0);
        managed.is(2, ModelState.LOADING, 0);
        assertEquals(new ModelCommand.Serve(MODEL, List.of("2")), command(delete("1")));
        assertEquals(403, assertInstanceOf(Refused.class, delete("2")).status());
    }

    @Test
    void theLastOneThatIsWantedLeavesWithItsModel() {
        managed.is(1, ModelState.UNLOADED, 0);
        managed.is(2, ModelState.READY, 1);
        assertEquals(new ModelCommand.Unload(MODEL), command(delete("2")));
        InferenceException unknown = assertThrows(InferenceException.class, () -> delete("1"));
        assertInstanceOf(InferenceError.UnknownModel.class, unknown.error());
    }

    @Test
    void theDefaultStaysWhereverItComesFrom() {
        managed.is(1, ModelState.READY, 1);
        managed.is(2, ModelState.READY, 1);
        ModelSource source = new ModelSource("https://models.example/m.onnx", "");
        managed.tell(
                new ModelNews.Wished(ModelWish.none(MODEL).sourced(1, source).sourced(2, source)));
        Refused refused = assertInstanceOf(Refused.class, delete("2"));
        assertEquals("InvalidModelVersionException", refused.type());
        assertEquals("Cannot remove default version for model m", refused.text());
        assertEquals(new ModelCommand.Source(MODEL, 1, null), command(delete("1")));
    }

    @Test
    void whoHasEnoughWorkersKeepsThem() {
        managed.is(1, ModelState.READY, 4);
        Map<String, String> range = Map.of("min_worker", "1", "max_worker", "8", "synchronous", "true");
        assertEquals(new Done(200, "Workers scaled to 4 for model: m"), scale(range));
        assertEquals(
                new ModelCommand.Instances(MODEL, 3), command(scale(Map.of("min_worker", "1", "max_worker", "3"))));
        assertEquals(
                new ModelCommand.Instances(MODEL, 6), command(scale(Map.of("min_worker", "6", "max_worker", "8"))));
        assertThrows(InferenceException.class, () -> reply(HttpMethod.PUT, MODEL, "7", range));
    }

    @Test
    void whatIsRegisteredTwiceAtOnceIsTwoVersions() {
        managed.is(1, ModelState.READY, 1);
        Map<String, String> query = Map.of("url", "https://models.example/some/m.tar.gz?a=/b.c#d/e.f");
        ModelCommand first = command(register(query));
        assertEquals(2, assertInstanceOf(ModelCommand.Source.class, first).version());
        assertEquals(
                3,
                assertInstanceOf(ModelCommand.Source.class, command(register(query)))
                        .version());
        managed.orders().isOver(first);
        Map<String, String> second = Map.of("url", "https://models.example/m.onnx", "model_version", "2");
        assertEquals(first.name(), command(register(second)).name());
        Refused conflict = assertInstanceOf(Refused.class, register(second));
        assertEquals("Model version 2 is already registered for model m", conflict.text());
    }

    @Test
    void saysHowManyWorkersItHasBegunWith() {
        Order order = assertInstanceOf(Order.class, register(Map.of("url", "https://models.example/m.onnx")));
        assertEquals(
                "Model \"m\" Version: 1 registered with 0 initial workers. Use scale workers API to add workers for the"
                        + " model.",
                order.text().get());
        managed.is(1, ModelState.READY, 2);
        assertEquals(
                "Model \"m\" Version: 1 registered with 2 initial workers",
                order.text().get());
    }
}

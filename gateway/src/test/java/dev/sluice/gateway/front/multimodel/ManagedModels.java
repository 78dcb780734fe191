package dev.sluice.gateway.front.multimodel;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Signature;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A directory of one model, of which a test says where its versions stand; and requests that order something of it. */
public final class ManagedModels {

    public static final String MODEL = "m";

    private final ModelDirectory models = new ModelDirectory();
    private final ModelOrders orders = new ModelOrders(models);
    private final Vertx vertx;

    public ManagedModels(Vertx vertx) {
        this.vertx = vertx;
        ReferenceCodec.register(vertx.eventBus());
        Wait.forResult(models.listen(vertx.eventBus()));
        models.markComplete();
    }

    public ModelDirectory models() {
        return models;
    }

    public ModelOrders orders() {
        return orders;
    }

    public void tell(ModelNews news) {
        Wait.forResult(vertx.eventBus().request(ModelNews.ADDRESS, news));
    }

    public void is(long version, ModelState state, int instances) {
        @Nullable
        Description description = instances == 0
                ? null
                : new Description(
                        "onnxruntime_onnx",
                        new Signature(List.of(), List.of(), true),
                        List.of(),
                        8,
                        instances,
                        "there");
        tell(new ModelReport(new ModelId(MODEL, version), state, description, ""));
    }

    public static HttpServerRequest request(HttpMethod method, Map<String, String> query) {
        return request(method, null, query);
    }

    /** @param contentType of its body; null for none */
    public static HttpServerRequest request(
            HttpMethod method, @Nullable String contentType, Map<String, String> query) {
        return (HttpServerRequest) Proxy.newProxyInstance(
                ManagedModels.class.getClassLoader(),
                new Class<?>[] {HttpServerRequest.class},
                (proxy, called, arguments) -> switch (called.getName()) {
                    case "method" -> method;
                    case "getHeader" -> contentType;
                    case "params" -> MultiMap.caseInsensitiveMultiMap().addAll(query);
                    default -> throw new UnsupportedOperationException(called.toString());
                });
    }

    public static ModelCommand command(Reply reply) {
        return assertInstanceOf(Reply.Order.class, reply).command();
    }
}

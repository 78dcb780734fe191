package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.admin.ManagementFront;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.PathSegment;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * TorchServe's management API on the operators' listener: what ours does, in its words.
 *
 * @thread stateless; what it adds is confined to the operators' loop
 * @errors in the words of {@link TorchServeDialect}; 405 for a method
 * @source pytorch/serve, ManagementRequestHandler.java
 */
public final class TorchServeManagement implements ManagementFront {

    private static final Pattern PATH =
            Pattern.compile("/models(?:/(?<model>[^/]+)(?:/(?<version>[^/]+)(?<default>/set-default)?)?)?/?");
    private static final String ALL_VERSIONS = "all";

    @Override
    public void addTo(RouteTable table, Desk desk) {
        ModelDirectory models = desk.parts().models();
        TorchServeModels told = new TorchServeModels(models, new BatcherInquiry(desk.vertx()));
        TorchServeOrders orders = new TorchServeOrders(models);
        table.under(PATH.pattern(), context -> handle(context, desk, told, orders));
    }

    private static void handle(RoutingContext context, Desk desk, TorchServeModels told, TorchServeOrders orders) {
        Exchange exchange = desk.exchanges().of(context);
        Matcher path = PATH.matcher(String.valueOf(context.request().path()));
        boolean matches = path.matches();
        @Nullable String name = matches ? decoded(path.group("model")) : null;
        @Nullable String version = matches ? decoded(path.group("version")) : null;
        boolean known = name != null && !desk.parts().models().versions(name).isEmpty();
        exchange.speaks(new TorchServeDialect(name == null ? "" : name, known ? version : null, false));
        HttpMethod method = context.request().method();
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        if (reads && name == null) {
            told.all(exchange);
        } else if (reads && path.group("default") == null) {
            describe(exchange, desk.parts().models(), told, String.valueOf(name), version);
        } else {
            change(context, desk, orders.of(context.request(), name, version, path.group("default") != null));
        }
    }

    private static @Nullable String decoded(@Nullable String segment) {
        return segment == null ? null : PathSegment.decode(segment);
    }

    private static void describe(
            Exchange exchange, ModelDirectory models, TorchServeModels told, String name, @Nullable String version) {
        try {
            told.describe(exchange, versions(models, name, version));
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    /** The one that answers where none is named, as theirs is the default. */
    private static List<ModelReport> versions(ModelDirectory models, String name, @Nullable String version) {
        List<ModelReport> all = List.copyOf(models.versions(name));
        List<ModelReport> wanted = all;
        if (version == null) {
            wanted = all.stream()
                    .filter(report -> models.plan(name).isStable(report.model().version()))
                    .filter(report ->
                            report.takesRequests() || models.ready(name).isEmpty())
                    .limit(1)
                    .toList();
        } else if (!version.equals(ALL_VERSIONS)) {
            wanted = all.stream()
                    .filter(report -> Long.toString(report.model().version()).equals(version))
                    .toList();
        }
        if (wanted.isEmpty()) {
            throw new InferenceException(
                    models.isComplete() ? new InferenceError.UnknownModel("") : new InferenceError.Starting());
        }
        return wanted;
    }

    private static void change(RoutingContext context, Desk desk, Optional<TorchServeOrders.Order> order) {
        if (order.isEmpty()) {
            desk.exchanges().refuse(context, desk.bodies(), 405, "");
            return;
        }
        desk.orders()
                .take(
                        context,
                        body -> order.get().command().get(),
                        done -> desk.exchanges()
                                .of(context)
                                .answer(order.get().status(), status(order.get().text())));
    }

    private static JsonOutput status(String text) {
        return PrettyJson.of(
                new JsonOutput(128).raw("{\"status\":").string(text).raw('}'));
    }
}

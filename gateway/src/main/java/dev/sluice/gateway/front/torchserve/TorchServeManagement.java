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
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelReport;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
    private static final String ALLOWED = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

    @Override
    public void addTo(RouteTable table, Desk desk) {
        ModelDirectory models = desk.parts().models();
        TorchServeModels told = new TorchServeModels(models, new BatcherInquiry(desk.vertx()));
        TorchServeOrders orders = new TorchServeOrders(models);
        table.under(PATH.pattern(), ALLOWED, context -> handle(context, desk, told, orders));
    }

    private static void handle(RoutingContext context, Desk desk, TorchServeModels told, TorchServeOrders orders) {
        Exchange exchange = desk.exchanges().of(context);
        exchange.speaks(TorchServeDialect.NO_MODEL);
        Matcher path = PATH.matcher(String.valueOf(context.request().path()));
        if (!path.matches()) { // the router has matched it as it is when its dots and slashes are resolved
            desk.exchanges().refuse(context, desk.bodies(), 404, "there is no such path");
            return;
        }
        @Nullable String name = decoded(path.group("model"));
        @Nullable String version = decoded(path.group("version"));
        boolean isDefault = path.group("default") != null;
        boolean known =
                name != null && desk.parts().models().versions(name).stream().anyMatch(ModelHealth::isKnown);
        exchange.speaks(new TorchServeDialect(name == null ? "" : name, known ? version : null, false));
        HttpMethod method = context.request().method();
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        if (reads && !isDefault) {
            tell(exchange, desk.parts().models(), told, name, version);
        } else {
            desk.orders()
                    .read(
                            context,
                            body -> change(
                                    context, desk, orders, orders.of(context.request(), name, version, isDefault)));
        }
    }

    private static @Nullable String decoded(@Nullable String segment) {
        return segment == null ? null : PathSegment.decode(segment);
    }

    private static void tell(
            Exchange exchange,
            ModelDirectory models,
            TorchServeModels told,
            @Nullable String name,
            @Nullable String version) {
        try {
            if (name == null) {
                told.all(exchange);
            } else {
                told.describe(exchange, versions(models, name, version));
            }
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    /** The one that answers where none is named, as theirs is the default. */
    private static List<ModelReport> versions(ModelDirectory models, String name, @Nullable String version) {
        List<ModelReport> all =
                models.versions(name).stream().filter(ModelHealth::isKnown).toList();
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

    private static void change(
            RoutingContext context, Desk desk, TorchServeOrders orders, Optional<TorchServeOrders.Reply> reply) {
        Exchange exchange = desk.exchanges().of(context);
        if (reply.isEmpty()) {
            context.response().putHeader("allow", ALLOWED);
            exchange.error(405, context.request().method() + " is not allowed here");
            return;
        }
        switch (reply.get()) {
            case TorchServeOrders.Order(ModelCommand command, int status, Supplier<String> text) ->
                desk.orders()
                        .order(context, command, done -> exchange.answer(status, status(text.get())))
                        .onComplete(over -> orders.isOver(command));
            case TorchServeOrders.Done done -> exchange.answer(done.status(), status(done.text()));
            case TorchServeOrders.Refused refused ->
                exchange.answer(refused.status(), TypedRefusal.of(refused.status(), refused.type(), refused.text()));
        }
    }

    private static JsonOutput status(String text) {
        return PrettyJson.of(
                new JsonOutput(128).raw("{\"status\":").string(text).raw('}'));
    }
}

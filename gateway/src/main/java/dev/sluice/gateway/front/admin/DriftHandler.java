package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.drift.Drift;
import dev.sluice.gateway.drift.VersionDrift;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Orders;
import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand.KeepBaseline;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Promise;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Shows whether a model's versions answer as they are known to, and has kept what they answer as what they are to.
 *
 * @thread the operators' loop
 * @errors Starting, UnknownModel; InvalidRequest where too little is known to be kept
 */
final class DriftHandler {

    private static final String VERSION = "version";

    private final ModelDirectory models;
    private final Drift drift;
    private final Orders orders;
    private final ModelsHandler shown;
    private final Exchanges exchanges;

    DriftHandler(Drift drift, ModelDirectory models, Orders orders, ModelsHandler shown, Exchanges exchanges) {
        this.models = models;
        this.drift = drift;
        this.orders = orders;
        this.shown = shown;
        this.exchanges = exchanges;
    }

    void show(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        String name = ModelsHandler.name(context);
        if (models.versions(name).isEmpty()) {
            exchange.refuse(ModelsHandler.unknown(models, name));
            return;
        }
        List<VersionDrift> versions = drift.of(name);
        if (ModelsHandler.wantsText(context)) {
            exchange.text(ModelsHandler.TEXT, DriftView.table(versions, drift.minSamples()));
        } else {
            JsonOutput out = new JsonOutput(1024);
            DriftView.json(name, versions, drift.minSamples(), out);
            exchange.json(out);
        }
    }

    void keep(RoutingContext context) {
        Promise<KeepBaseline> ordered = Promise.promise();
        orders.take(
                context,
                body -> {
                    KeepBaseline command = command(ModelsHandler.name(context), body);
                    ordered.complete(command);
                    return command;
                },
                outcome -> {
                    ordered.future().onSuccess(drift::keep);
                    shown.changed(context, outcome.message());
                });
    }

    private KeepBaseline command(String name, HttpBytes body) {
        OptionalLong version = JsonMembers.read(body.array(), body.from(), body.to(), Set.of(VERSION))
                .count(VERSION);
        ModelEndpoint endpoint = version.isPresent() ? models.version(name, version.getAsLong()) : models.newest(name);
        ModelId model = endpoint.model();
        return new KeepBaseline(
                name,
                model.version(),
                drift.lately(model).orElseThrow(() -> new InferenceException(tooLittle(model.version()))));
    }

    private InferenceError tooLittle(long version) {
        return new InferenceError.InvalidRequest(
                "model",
                "of version " + version + " fewer than " + drift.minSamples()
                        + " answers are known lately (worker.drift.min_samples), which say too little");
    }
}

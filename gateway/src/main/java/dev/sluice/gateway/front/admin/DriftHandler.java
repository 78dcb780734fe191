package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.ModelDirectory;
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
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputSample;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
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
        Kept kept = new Kept();
        orders.take(context, body -> kept.command(context, body), outcome -> {
            drift.keep(kept.model, kept.outputs);
            shown.changed(context, outcome.message());
        });
    }

    /** What is to be kept, from when the body has been read until that has been done. */
    private final class Kept {

        private ModelId model = new ModelId("none", 1);
        private List<OutputSample> outputs = List.of();

        ModelCommand command(RoutingContext context, HttpBytes body) {
            JsonMembers said = JsonMembers.read(body.array(), body.from(), body.to(), Set.of(VERSION));
            String name = ModelsHandler.name(context);
            model = said.count(VERSION).isPresent()
                    ? models.version(name, said.count(VERSION).getAsLong()).model()
                    : models.newest(name).model();
            outputs = drift.lately(model).orElseThrow(() -> new InferenceException(tooLittle()));
            return new ModelCommand.KeepBaseline(name, model.version(), outputs);
        }

        private InferenceError tooLittle() {
            return new InferenceError.InvalidRequest(
                    "model",
                    "of version " + model.version() + " fewer than " + drift.minSamples()
                            + " answers are known lately (worker.drift.min_samples), which say too little");
        }
    }
}

package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.worker.contract.InferenceError;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shows models: JSON, or a table for who accepts plain text.
 *
 * @thread the operators' loop
 * @errors Starting, UnknownModel
 */
final class ModelsHandler {

    static final String TEXT = "text/plain";

    private final ModelDirectory models;
    private final ModelsView view;
    private final Exchanges exchanges;

    ModelsHandler(ModelDirectory models, Traffic traffic, Exchanges exchanges) {
        this.models = models;
        this.view = new ModelsView(models, traffic);
        this.exchanges = exchanges;
    }

    void all(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        if (wantsText(context)) {
            exchange.text(TEXT, view.table(view.names()));
        } else {
            JsonOutput out = new JsonOutput(1024).raw("{\"models\":");
            view.json(view.names(), out);
            exchange.json(out.raw('}'));
        }
    }

    void one(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        String name = name(context);
        if (models.versions(name).isEmpty()) {
            exchange.refuse(unknown(models, name));
        } else if (wantsText(context)) {
            exchange.text(TEXT, view.table(List.of(name)));
        } else {
            JsonOutput out = new JsonOutput(1024);
            view.json(name, out);
            exchange.json(out);
        }
    }

    static InferenceError unknown(ModelDirectory models, String name) {
        return models.isComplete()
                ? new InferenceError.UnknownModel("there is no model \"" + name + "\"")
                : new InferenceError.Starting();
    }

    /** What has been done, and how the model is now. */
    void changed(RoutingContext context, String message) {
        Exchange exchange = exchanges.of(context);
        String name = name(context);
        if (wantsText(context)) {
            exchange.text(TEXT, message + "\n\n" + view.table(List.of(name)));
        } else {
            JsonOutput out = new JsonOutput(1024).raw("{\"message\":").string(message);
            view.json(name, out.raw(",\"model\":"));
            exchange.json(out.raw('}'));
        }
    }

    static String name(RoutingContext context) {
        return String.valueOf(context.pathParam("model"));
    }

    static boolean wantsText(RoutingContext context) {
        @Nullable String accept = context.request().getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains(TEXT);
    }
}

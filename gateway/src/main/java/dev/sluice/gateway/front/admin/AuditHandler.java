package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.front.control.AuditEntry;
import dev.sluice.gateway.front.control.ChangeHistory;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows who changed what, the newest first: JSON, or a table for who accepts plain text.
 *
 * @thread the operators' loop
 * @bound {@value #MOST} changes
 * @errors 404 where nothing is kept that can be shown, InvalidRequest, 503 when the registry cannot be read
 */
final class AuditHandler {

    private static final Logger LOG = LoggerFactory.getLogger(AuditHandler.class);

    private static final int MOST = 1000;
    private static final int USUAL = 100;
    private static final List<String> HEAD = List.of("TIME", "WHO", "CHANGE", "MODEL", "DETAIL", "OUTCOME");

    private final Optional<ChangeHistory> history;
    private final Exchanges exchanges;

    AuditHandler(Optional<ChangeHistory> history, Exchanges exchanges) {
        this.history = history;
        this.exchanges = exchanges;
    }

    void show(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        if (history.isEmpty()) {
            exchange.error(404, "changes are not kept where they can be asked for: this server has no registry");
            return;
        }
        Optional<Integer> limit;
        Optional<String> model;
        try {
            limit = limit(Queries.parameter(context.request(), "limit"));
            model = Optional.ofNullable(Queries.parameter(context.request(), "model"));
        } catch (InferenceException malformed) {
            exchange.refuse(malformed.error());
            return;
        }
        if (limit.isEmpty()) {
            exchange.refuse(new InferenceError.InvalidRequest("limit", "a number from 1 to " + MOST));
            return;
        }
        history.get()
                .newest(model, limit.get())
                .onSuccess(entries -> answer(context, entries))
                .onFailure(cause -> {
                    LOG.error("the changes that are kept cannot be shown: {}", cause.toString());
                    exchange.error(503, "the registry cannot be read; the server's log says why");
                });
    }

    private static Optional<Integer> limit(@Nullable String text) {
        if (text == null) {
            return Optional.of(USUAL);
        }
        boolean isNumber = text.matches("[1-9][0-9]{0,3}");
        return isNumber ? Optional.of(Integer.valueOf(text)).filter(limit -> limit <= MOST) : Optional.empty();
    }

    private void answer(RoutingContext context, List<AuditEntry> entries) {
        Exchange exchange = exchanges.of(context);
        if (ModelsHandler.wantsText(context)) {
            List<List<String>> lines = new ArrayList<>(List.of(HEAD));
            entries.forEach(entry -> lines.add(cells(entry)));
            exchange.text(ModelsHandler.TEXT, TextTable.of(lines));
            return;
        }
        JsonOutput out = new JsonOutput(4096).raw("{\"changes\":[");
        String separator = "";
        for (AuditEntry entry : entries) {
            out.raw(separator);
            entry.json(out);
            separator = ",";
        }
        exchange.json(out.raw("]}"));
    }

    private static List<String> cells(AuditEntry entry) {
        return List.of(
                entry.time().toString(),
                entry.client(),
                entry.action(),
                entry.model(),
                entry.detail(),
                entry.outcome().equals("done") ? entry.outcome() : entry.outcome() + ": " + entry.message());
    }
}

package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.torchserve.ModelCalls;
import dev.sluice.gateway.front.torchserve.ModelHealth;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import java.util.Map;

/**
 * DJL Serving's inference API, and what its management API tells.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source DJL Serving, inference API and management API
 */
public final class DjlFront implements ProfileFront {

    private static final String PATHS = "/predictions(?:/.*)?|/invocations|/models/[^/]+/(?:.*/)?invoke";
    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.DJL_SERVING);

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        table.describe("/", context -> loop.exchanges().of(context).json(new JsonOutput(4).raw("{}\n")));
        table.get(
                "/ping",
                context -> ping(loop.serving().parts(), loop.exchanges().of(context)));
        table.under(
                PATHS, ModelCalls.ALLOWED, new ModelCalls<>(loop, DjlDialect.NO_MODEL, DjlPath::of, new DjlCall(loop)));
        table.under(DjlModels.PATHS, DjlModels.ALLOWED, new DjlModels(loop));
    }

    /** 500 where one has failed, as there; one that is being loaded is no reason to send nobody. */
    private static void ping(FrontParts parts, Exchange exchange) {
        Map<String, ModelHealth.Word> words = ModelHealth.of(parts.models());
        boolean serves = parts.models().isComplete() && !parts.admission().isDraining();
        JsonOutput out = new JsonOutput(256).raw(words.isEmpty() ? "{" : "");
        String between = "{";
        for (Map.Entry<String, ModelHealth.Word> model : words.entrySet()) {
            boolean healthy = model.getValue() == ModelHealth.Word.HEALTHY;
            out.raw(between).string(model.getKey()).raw(":{\"status\":\"");
            out.raw(healthy ? "Healthy" : model.getValue().name()).raw("\"}");
            between = ",";
        }
        int status = words.containsValue(ModelHealth.Word.FAILED) ? 500 : serves ? 200 : 503;
        exchange.answer(status, PrettyJson.of(out.raw('}')));
    }

    @Override
    public Dialect dialect() {
        return DjlDialect.NO_MODEL;
    }
}

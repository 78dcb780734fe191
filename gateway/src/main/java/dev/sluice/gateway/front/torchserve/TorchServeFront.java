package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.InferHandler;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.multimodel.ModelCalls;
import dev.sluice.gateway.front.multimodel.ModelHealth;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;

/**
 * TorchServe's inference API: health, predictions, and the paths by which other clients ask it for them.
 *
 * <p>Its {@code /v2/models/M/infer} is V2 there as here. On the port of HTTP, ours comes first.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source TorchServe, inference API
 */
public final class TorchServeFront implements ProfileFront {

    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.TORCHSERVE);

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        table.describe("/", context -> loop.exchanges().of(context).json(DOCUMENT.json()));
        table.get("/ping", context -> ping(loop, loop.exchanges().of(context)));
        InferHandler infer = new InferHandler(loop);
        table.post("/v2/models/:model/infer", context -> {
            String model = String.valueOf(context.pathParam("model"));
            loop.exchanges().of(context).speaks(new TorchServeDialect(model, null, true));
            infer.handle(context);
        });
        table.under(
                TorchServePath.PATHS,
                ModelCalls.ALLOWED,
                new ModelCalls<>(loop, TorchServeDialect.NO_MODEL, TorchServePath::of, new TorchServeCall(loop)));
    }

    private static void ping(LoopParts loop, Exchange exchange) {
        boolean healthy = ModelHealth.allWork(loop.serving().parts());
        JsonOutput out = new JsonOutput(64).raw("{\"status\":\"").raw(healthy ? "Healthy" : "Unhealthy");
        exchange.answer(healthy ? 200 : 500, PrettyJson.of(out.raw("\"}")));
    }

    @Override
    public Dialect dialect() {
        return TorchServeDialect.NO_MODEL;
    }
}

package dev.sluice.gateway.front.kserve;

import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.v2.JsonOutput;

/**
 * KServe V1: the models, whether one is ready, and predictions. V2 is spoken beside it.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source KServe, V1 inference protocol
 */
public final class KserveFront implements ProfileFront {

    private static final String PATHS = "/v1/models(?:/.*)?";
    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.KSERVE_V1);

    /** As KServe's server in Python has it. */
    @Override
    public boolean hasV2() {
        return true;
    }

    /** On the port of HTTP, {@code /} is a page of ours, which is as good a sign of life. */
    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        table.under(PATHS, "GET, HEAD, POST, OPTIONS", new KserveHandler(loop));
        table.get("/", context -> loop.exchanges().of(context).json(new JsonOutput(32).raw("{\"status\":\"alive\"}")));
    }
}

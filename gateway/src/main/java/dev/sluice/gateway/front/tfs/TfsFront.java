package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;

/**
 * The REST interface of TensorFlow Serving: everything below {@code /v1}.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source TensorFlow Serving, RESTful API
 */
public final class TfsFront implements ProfileFront {

    private static final String PATHS = "(?i)/v1(?:/.*)?";
    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.TENSORFLOW_SERVING);

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        table.under(PATHS, new TfsHandler(loop));
    }
}

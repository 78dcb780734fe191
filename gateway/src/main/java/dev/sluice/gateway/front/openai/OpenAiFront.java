package dev.sluice.gateway.front.openai;

import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;

/**
 * OpenAI's embeddings: the models, and vectors of texts.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source OpenAI, API reference: embeddings, models
 */
public final class OpenAiFront implements ProfileFront {

    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.OPENAI);

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        OpenAiHandler handler = new OpenAiHandler(loop);
        table.post("/v1/embeddings", handler::embed);
        table.get("/v1/models", handler::listModels);
        table.get("/v1/models/:model", handler::showModel);
    }
}

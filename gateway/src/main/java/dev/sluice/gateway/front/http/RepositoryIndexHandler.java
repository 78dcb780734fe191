package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.v2.IndexRequest;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code POST /v2/repository/index}: the versions of the models, and how they are.
 *
 * @thread confined to one front loop
 * @bound {@value #MAX_BODY_BYTES} bytes of body
 * @errors InvalidRequest for a body that is not what it should be, PayloadTooLarge
 * @source Triton: model repository extension, index
 */
public final class RepositoryIndexHandler implements Handler<RoutingContext> {

    private static final long MAX_BODY_BYTES = 64 << 10;

    private final FrontParts parts;
    private final Exchanges exchanges;
    private final Bodies bodies;

    public RepositoryIndexHandler(FrontParts parts, Exchanges exchanges, Bodies bodies) {
        this.bodies = bodies;
        this.parts = parts;
        this.exchanges = exchanges;
    }

    @Override
    public void handle(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        BodyReader.read(
                context.request(),
                SizeLimit.fixed(MAX_BODY_BYTES),
                bodies,
                body -> answer(exchange, body),
                exchange::refuse);
    }

    private void answer(Exchange exchange, HttpBytes body) {
        try {
            exchange.json(index(IndexRequest.read(body.array(), body.from(), body.to())));
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private JsonOutput index(IndexRequest asked) {
        JsonOutput out = new JsonOutput(1024).raw('[');
        String separator = "";
        for (ModelReport report : parts.models().all()) {
            if (!asked.ready() || report.takesRequests()) {
                out.raw(separator).raw("{\"name\":").string(report.model().name());
                out.raw(",\"version\":\"").number(report.model().version());
                out.raw("\",\"state\":\"").raw(ServerState.indexWord(report.state()));
                out.raw("\",\"reason\":").string(report.reason()).raw('}');
                separator = ",";
            }
        }
        return out.raw(']');
    }
}

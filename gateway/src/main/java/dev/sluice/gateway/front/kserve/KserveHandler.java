package dev.sluice.gateway.front.kserve;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Intake;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.PathSegment;
import dev.sluice.gateway.front.tfs.PredictDecoder;
import dev.sluice.gateway.front.tfs.PredictWriter;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One request below {@code /v1/models}: the path says what it is.
 *
 * @thread confined to one front loop
 * @errors in the words of {@link KserveDialect}; 404 for a path that there is not, 405 for a method, 501 for explanations
 */
final class KserveHandler implements Handler<RoutingContext> {

    private static final Pattern PATH =
            Pattern.compile("/v1/models(?:/(?<model>[^/]+?)(?:(?::|%3[Aa])(?<verb>predict|explain))?)?");
    private static final String READ = "GET, HEAD, OPTIONS";
    private static final String CALL = "POST, OPTIONS";

    private final LoopParts loop;
    private final FrontParts parts;
    private final Intake intake;

    KserveHandler(LoopParts loop) {
        this.loop = loop;
        this.parts = loop.serving().parts();
        this.intake = new Intake(loop);
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = String.valueOf(request.path());
        Matcher found = PATH.matcher(path);
        if (!found.matches()) {
            refuse(context, 404, "there is nothing at " + InferenceException.shortened(path) + "; see GET /v1/models");
            return;
        }
        @Nullable String verb = found.group("verb");
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        boolean calls = request.method().equals(HttpMethod.POST);
        if (verb == null ? !reads : !calls) {
            String allowed = verb == null ? READ : CALL;
            request.response().putHeader("allow", allowed);
            refuse(context, 405, request.method() + " is not allowed here; allowed: " + allowed);
            return;
        }
        @Nullable String segment = found.group("model");
        if (segment == null) {
            loop.exchanges().of(context).json(models());
        } else {
            answer(context, PathSegment.decode(segment), verb == null ? "" : verb);
        }
    }

    private void refuse(RoutingContext context, int status, String message) {
        loop.exchanges().refuse(context, loop.bodies(), status, message);
    }

    private JsonOutput models() {
        List<String> names = parts.models().all().stream()
                .map(ModelReport::model)
                .map(model -> model.name())
                .distinct()
                .toList();
        JsonOutput out = new JsonOutput(256).raw("{\"models\":[");
        for (int place = 0; place < names.size(); place++) {
            out.raw(place == 0 ? "" : ",").string(names.get(place));
        }
        return out.raw("]}");
    }

    private void answer(RoutingContext context, String name, String verb) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(new KserveDialect(name));
        RequestedModel model = new RequestedModel(name, null);
        if (verb.equals("predict")) {
            intake.take(exchange, model, (body, by, buffers) -> predict(exchange, body, by, buffers));
            return;
        }
        try {
            ServerState.answering(parts, model);
        } catch (InferenceException refused) {
            if (verb.isEmpty()) {
                exchange.refuse(refused.error());
            } else {
                intake.refuse(exchange, refused.error()); // it has a body
            }
            return;
        }
        if (verb.isEmpty()) {
            exchange.json(ready(name));
        } else {
            refuse(context, 501, "Model with name " + name + " does not implement explain.");
        }
    }

    private static JsonOutput ready(String name) {
        return new JsonOutput(64).raw("{\"name\":").string(name).raw(",\"ready\":true}");
    }

    private static DecodedRequest predict(Exchange exchange, HttpBytes body, ModelEndpoint by, TensorBuffers buffers) {
        exchange.answersBy(PredictWriter.PREDICTIONS);
        return new PredictDecoder(body, by.description().signature(), buffers).decode();
    }
}

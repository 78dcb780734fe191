package dev.sluice.gateway.front.sagemaker;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.control.Operator;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Orders;
import dev.sluice.gateway.front.http.PageOrigin;
import dev.sluice.gateway.front.http.PathSegment;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.http.RepositoryControl;
import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelSource;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The models of a multi-model endpoint, below {@code /models}: they are loaded and unloaded by the platform, through
 * the same control as the repository's.
 *
 * @thread confined to one front loop
 * @bound pages of {@value #MOST_ON_A_PAGE} models
 * @errors 403 where {@code http.model_control} is off, 404 for a model that there is not, 409 for one that is loaded
 *     already, 507 for one that there can be no room for
 * @source Amazon SageMaker developer guide, custom containers contract for multi-model endpoints
 */
final class ModelsHandler implements Handler<RoutingContext> {

    private static final Pattern PATH = Pattern.compile("/models(?:/(?<model>[^/]+)(?<invoke>/invoke)?)?");
    private static final Set<String> MEMBERS = Set.of("model_name", "url");
    private static final String SCHEME = "file://";
    private static final String FILE = "/model.onnx";
    private static final long FIRST = 1;
    private static final int MOST_ON_A_PAGE = 100;

    private final LoopParts loop;
    private final Invocations invocations;
    private final ModelDirectory models;
    private final Orders orders;

    ModelsHandler(LoopParts loop, Invocations invocations) {
        this.loop = loop;
        this.invocations = invocations;
        this.models = loop.serving().parts().models();
        this.orders =
                new Orders(loop.serving().parts().operations(), Operator.Api.HTTP, loop.exchanges(), loop.bodies());
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Matcher path = PATH.matcher(String.valueOf(request.path()));
        if (!path.matches()) {
            refuse(
                    context,
                    404,
                    "there is nothing at " + InferenceException.shortened(String.valueOf(request.path()))
                            + "; see GET /models");
            return;
        }
        @Nullable String segment = path.group("model");
        boolean invokes = path.group("invoke") != null;
        HttpMethod method = request.method();
        if (segment == null && method.equals(HttpMethod.POST)) {
            load(context);
        } else if (invokes && method.equals(HttpMethod.POST)) {
            invocations.of(context, PathSegment.decode(String.valueOf(segment)));
        } else if (segment != null && !invokes && method.equals(HttpMethod.DELETE)) {
            unload(context, PathSegment.decode(segment));
        } else if (!invokes && (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD))) {
            tell(context, segment == null ? null : PathSegment.decode(segment));
        } else {
            String allowed = invokes ? "POST, OPTIONS" : "GET, HEAD, OPTIONS, " + (segment == null ? "POST" : "DELETE");
            request.response().putHeader("allow", allowed);
            refuse(context, 405, method + " is not allowed here; allowed: " + allowed);
        }
    }

    private void refuse(RoutingContext context, int status, String why) {
        loop.exchanges().refuse(context, loop.bodies(), status, why);
    }

    private boolean mayChange(RoutingContext context) {
        if (!loop.options().modelControl()) {
            refuse(context, 403, RepositoryControl.OFF);
            return false;
        }
        if (!PageOrigin.isOwnOrNone(context.request())) {
            refuse(context, 403, "pages of another origin may not change anything here");
            return false;
        }
        loop.exchanges().of(context).speaks(SagemakerDialect.LOADING);
        return true;
    }

    private void unload(RoutingContext context, String name) {
        if (mayChange(context)) {
            orders.take(
                    context,
                    body -> {
                        if (placed(name) != null) {
                            return new ModelCommand.Reset(name); // the next one of the name comes from elsewhere
                        }
                        requireLoaded(name);
                        return new ModelCommand.Unload(name);
                    },
                    outcome -> loop.exchanges().of(context).done());
        }
    }

    private void load(RoutingContext context) {
        if (mayChange(context)) {
            Loading loading = new Loading(context);
            orders.take(context, loading::begin, loading::goOn);
        }
    }

    /**
     * One model on its way into memory: what lies in the repository is loaded from there; of everything else it is said
     * first where the platform has put it.
     *
     * @thread confined to the front loop
     */
    private final class Loading {

        private final RoutingContext context;
        private @Nullable String toLoad;

        Loading(RoutingContext context) {
            this.context = context;
        }

        ModelCommand begin(HttpBytes body) {
            JsonMembers members = JsonMembers.readAmongOthers(body.array(), body.from(), body.to(), MEMBERS);
            String name = required(members, "model_name");
            String url = required(members, "url");
            if (isLoaded(name)) {
                loop.exchanges().of(context).speaks(SagemakerDialect.LOADED);
                throw InferenceException.invalid("", "model " + InferenceException.quoted(name) + " is loaded already");
            }
            if (!models.versions(name).isEmpty() && placed(name) == null) {
                return new ModelCommand.Load(name);
            }
            toLoad = name;
            return new ModelCommand.Source(name, FIRST, source(url), true);
        }

        void goOn(Outcome outcome) {
            String name = toLoad;
            if (name == null) {
                loop.exchanges().of(context).done();
            } else {
                toLoad = null;
                orders.order(context, new ModelCommand.Load(name), this::goOn);
            }
        }
    }

    private static String required(JsonMembers members, String name) {
        @Nullable String text = members.text(name);
        if (text == null || text.isEmpty()) {
            throw InferenceException.invalid(name, "is missing");
        }
        return text;
    }

    private static ModelSource source(String url) {
        try {
            return ModelSource.parse(SCHEME + url + FILE);
        } catch (IllegalArgumentException noPath) {
            throw InferenceException.invalid("url", "is no path of this machine (got " + ModelSource.shown(url) + ")");
        }
    }

    private boolean isLoaded(String name) {
        return models.versions(name).stream().anyMatch(ModelReport::takesRequests);
    }

    private void requireLoaded(String name) {
        if (!isLoaded(name)) {
            throw new InferenceException(
                    new InferenceError.UnknownModel("model " + InferenceException.quoted(name) + " is not loaded"));
        }
    }

    private void tell(RoutingContext context, @Nullable String name) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(SagemakerDialect.LOADING);
        try {
            exchange.json(name == null ? page(Queries.first(context.request(), "next_page_token")) : one(name));
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private JsonOutput one(String name) {
        requireLoaded(name);
        return write(name, new JsonOutput(128));
    }

    /** @param token the name that the page before ended with; null for the first one */
    private JsonOutput page(@Nullable String token) {
        List<String> names = models.all().stream()
                .filter(ModelReport::takesRequests)
                .map(report -> report.model().name())
                .distinct()
                .sorted()
                .filter(name -> token == null || name.compareTo(token) > 0)
                .toList();
        JsonOutput out = new JsonOutput(1024).raw("{\"models\":[");
        int last = Math.min(names.size(), MOST_ON_A_PAGE);
        for (int place = 0; place < last; place++) {
            write(names.get(place), out.raw(place == 0 ? "" : ","));
        }
        out.raw(']');
        if (last < names.size()) {
            out.raw(",\"nextPageToken\":").string(names.get(last - 1));
        }
        return out.raw('}');
    }

    /** Where the platform has put that model; null for what lies in the repository. */
    private @Nullable String placed(String name) {
        @Nullable ModelSource source = models.wish(name).sources().get(FIRST);
        return source != null && source.url().startsWith(SCHEME) && source.url().endsWith(FILE)
                ? source.url().substring(SCHEME.length(), source.url().length() - FILE.length())
                : null;
    }

    /** The URL is where the platform said it is; of what lies in the repository, its name. */
    private JsonOutput write(String name, JsonOutput out) {
        String url = Objects.requireNonNullElse(placed(name), name);
        return out.raw("{\"modelName\":")
                .string(name)
                .raw(",\"modelUrl\":")
                .string(url)
                .raw('}');
    }
}

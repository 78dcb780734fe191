package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.http.DefaultModel;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.Intake;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Requests for predictions that TorchServe and its relatives take: what is wrong with the path or the method of one is
 * said here; who knows the protocol goes on with the others.
 *
 * @param <P> what a path says
 * @thread confined to one front loop
 * @errors 404 for a path, 405 for a method, and those of the call
 */
public final class ModelCalls<P> implements Handler<RoutingContext> {

    /** The methods that they take. */
    public static final String ALLOWED = "POST, PUT, OPTIONS";

    private final LoopParts loop;
    private final Intake intake;
    private final Dialect dialect;
    private final Function<String, Optional<P>> paths;
    private final Call<P> call;

    /**
     * Goes on with a request whose path is one.
     *
     * @param <P> what a path says
     * @thread called at once, on the front loop
     */
    @FunctionalInterface
    public interface Call<P> {

        /** @throws InferenceException for what is wrong with its head; then nothing has been done */
        void take(Exchange exchange, P path);
    }

    /** @param dialect in which requests are refused until the call has said another */
    public ModelCalls(LoopParts loop, Dialect dialect, Function<String, Optional<P>> paths, Call<P> call) {
        this.loop = loop;
        this.intake = new Intake(loop);
        this.dialect = dialect;
        this.paths = paths;
        this.call = call;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(dialect);
        Optional<P> path = paths.apply(String.valueOf(request.path()));
        if (path.isEmpty()) {
            loop.exchanges().refuse(context, loop.bodies(), 404, "there is no such path");
            return;
        }
        if (!request.method().equals(HttpMethod.POST) && !request.method().equals(HttpMethod.PUT)) {
            request.response().putHeader("allow", ALLOWED);
            loop.exchanges().refuse(context, loop.bodies(), 405, "allowed: " + ALLOWED);
            return;
        }
        try {
            call.take(exchange, path.get());
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
        }
    }

    /**
     * Refuses to ask what has been unregistered.
     *
     * @throws InferenceException UnknownModel
     */
    public static void requireKnown(RequestedModel model, ModelDirectory models) {
        boolean left = false;
        for (ModelReport report : models.versions(model.name())) {
            boolean isAsked = model.version() == null
                    || model.version().equals(Long.toString(report.model().version()));
            if (isAsked && ModelHealth.isKnown(report)) {
                return;
            }
            left |= isAsked;
        }
        if (left) {
            throw new InferenceException(new InferenceError.UnknownModel(
                    "model " + InferenceException.quoted(model.name()) + " is not loaded"));
        }
    }

    /**
     * The model of that name; where none is named, the one that answers then.
     *
     * @throws InferenceException InvalidRequest in the words of both, where there are several, or none
     */
    public static RequestedModel model(@Nullable String name, @Nullable String version, DefaultModel otherwise) {
        return new RequestedModel(
                name == null || name.isEmpty()
                        ? otherwise
                                .only()
                                .orElseThrow(() -> InferenceException.invalid("", "Parameter model_name is required."))
                        : name,
                version);
    }
}

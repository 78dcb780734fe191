package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.multimodel.ModelOrders;
import dev.sluice.gateway.front.multimodel.RegisteredModels;
import dev.sluice.gateway.front.multimodel.Reply;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelSource;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What is ordered in the words of TorchServe.
 *
 * @thread confined to the operators' loop
 * @source pytorch/serve, ManagementRequestHandler.java, ApiUtils.java, ModelManager.java
 */
final class TorchServeOrders {

    private static final Pattern WORKERS = Pattern.compile("-?[0-9]{1,9}");

    private final ModelDirectory models;
    private final RegisteredModels registered;
    private final ModelOrders orders;

    TorchServeOrders(ModelDirectory models, ModelOrders orders) {
        this.models = models;
        this.registered = new RegisteredModels(models);
        this.orders = orders;
    }

    /**
     * What that request comes to; empty for a method that there is not.
     *
     * @throws InferenceException for what is wrong with it
     */
    Optional<Reply> of(HttpServerRequest request, @Nullable String name, @Nullable String version, boolean isDefault) {
        HttpMethod method = request.method();
        if (name == null) {
            return method.equals(HttpMethod.POST) ? Optional.of(register(request)) : Optional.empty();
        }
        if (isDefault) {
            return method.equals(HttpMethod.PUT)
                    ? Optional.of(byDefault(name, String.valueOf(version)))
                    : Optional.empty();
        }
        if (method.equals(HttpMethod.PUT)) {
            return Optional.of(scale(request, name, version));
        }
        return method.equals(HttpMethod.DELETE) ? Optional.of(removal(name, version)) : Optional.empty();
    }

    private Reply register(HttpServerRequest request) {
        @Nullable String url = Queries.first(request, "url");
        if (url == null || url.isEmpty()) {
            throw InferenceException.invalid("", "Parameter url is required.");
        }
        if (url.endsWith(".mar")) {
            throw InferenceException.invalid(
                    "url", "an archive of TorchServe holds Python, which is not run here; export it to ONNX");
        }
        @Nullable String given = Queries.first(request, "model_name");
        String name = given == null || given.isEmpty() ? nameIn(url) : given;
        long version = orders.versionToRegister(name, Queries.first(request, "model_version"));
        if (!orders.begin(name, version)) {
            String text = "Model version " + version + " is already registered for model " + name;
            return new Reply.Refused(409, "ConflictStatusException", text);
        }
        return new Reply.Order(
                new ModelCommand.Source(name, version, new ModelSource(url, "")),
                orders.untilServed(name, version),
                200,
                () -> registered(name, version));
    }

    private String registered(String name, long version) {
        int workers = models.versions(name).stream()
                .filter(report -> report.model().version() == version)
                .mapToInt(ModelOrders::workers)
                .sum();
        return "Model \"" + name + "\" Version: " + version + " registered with " + workers + " initial workers"
                + (workers == 0 ? ". Use scale workers API to add workers for the model." : "");
    }

    /** As the archive would say it: the name of the file, without what follows its first dot. */
    private static String nameIn(String url) {
        String path = url.substring(0, placeOf('#', url));
        path = path.substring(0, placeOf('?', path));
        String file = path.substring(path.lastIndexOf('/') + 1);
        String name = file.substring(0, placeOf('.', file));
        return name.isEmpty() ? url : name;
    }

    private static int placeOf(char wanted, String text) {
        int place = text.indexOf(wanted);
        return place < 0 ? text.length() : place;
    }

    /** As there: who has as many as are asked for keeps them. */
    private Reply scale(HttpServerRequest request, String name, @Nullable String version) {
        int least = workers(request, "min_worker", 1);
        int most = workers(request, "max_worker", least);
        if (most < least) {
            throw InferenceException.invalid("", "max_worker cannot be less than min_worker.");
        }
        ModelOrders.requireWorkers(least);
        registered.versions(name, version);
        int now = orders.workers(name);
        int then = Math.clamp(now, least, most);
        boolean waits = "true".equalsIgnoreCase(Queries.first(request, "synchronous"));
        String done =
                "Workers scaled to " + then + " for model: " + name + (version == null ? "" : ", version: " + version);
        int status = waits ? 200 : 202;
        String text = waits ? done : "Processing worker updates...";
        return then == now
                ? new Reply.Done(status, text)
                : new Reply.Order(new ModelCommand.Instances(name, then), status, text);
    }

    /** As there, what is no number is not heard. */
    private static int workers(HttpServerRequest request, String parameter, int otherwise) {
        @Nullable String text = Queries.first(request, parameter);
        return text != null && WORKERS.matcher(text).matches() ? Integer.parseInt(text) : otherwise;
    }

    /**
     * The newest that is served answers who leaves the version open, so those that are newer leave; it may be one of
     * them that comes back.
     */
    private Reply byDefault(String name, String version) {
        registered.versions(name, null);
        long wanted = RegisteredModels.number(version);
        if (models.versions(name).stream().noneMatch(report -> report.model().version() == wanted)) {
            throw new InferenceException(new InferenceError.UnknownModel(""));
        }
        LongStream older = orders.staying(name).filter(each -> each < wanted);
        String text = "Default version successfully updated for model \"" + name + "\" to \"" + version + "\"";
        return new Reply.Order(ModelOrders.serve(name, LongStream.concat(older, LongStream.of(wanted))), 200, text);
    }

    private Reply removal(String name, @Nullable String version) {
        Reply removal = orders.removal(name, version, "Model \"" + name + "\" unregistered");
        if (version != null && isDefaultBesideOthers(name, RegisteredModels.number(version))) {
            String text = "Cannot remove default version for model " + name;
            return new Reply.Refused(403, "InvalidModelVersionException", text);
        }
        return removal;
    }

    private boolean isDefaultBesideOthers(String name, long version) {
        return orders.staying(name).anyMatch(each -> each != version) && defaultOf(name) == version;
    }

    /** Who answers where none is named; where nobody does, the newest will. */
    private long defaultOf(String name) {
        return models.ready(name).stream()
                .mapToLong((ModelReport report) -> report.model().version())
                .filter(version -> models.plan(name).isStable(version))
                .findFirst()
                .orElseGet(() -> orders.staying(name).max().orElse(0));
    }
}

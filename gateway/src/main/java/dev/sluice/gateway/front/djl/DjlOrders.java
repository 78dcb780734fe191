package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.multimodel.ManagedPath;
import dev.sluice.gateway.front.multimodel.ModelOrders;
import dev.sluice.gateway.front.multimodel.RegisteredModels;
import dev.sluice.gateway.front.multimodel.Reply;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelReport;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is ordered in the words of DJL Serving.
 *
 * @thread confined to the operators' loop
 * @source djl-serving, ManagementRequestHandler.java, ModelManager.java, Endpoint.java, WorkerGroup.java
 */
final class DjlOrders {

    private final RegisteredModels registered;
    private final ModelOrders orders;

    DjlOrders(ModelDirectory models, ModelOrders orders) {
        this.registered = new RegisteredModels(models);
        this.orders = orders;
    }

    /**
     * What that request comes to; empty for a method that there is not.
     *
     * @throws InferenceException for what is wrong with it
     */
    Optional<Reply> of(HttpServerRequest request, HttpBytes body, ManagedPath path) {
        HttpMethod method = request.method();
        @Nullable String name = path.model();
        if (name == null) {
            if (!method.equals(HttpMethod.POST)) {
                return Optional.empty();
            }
            return Optional.of(
                    path.list().equals(DjlModels.WORKFLOWS)
                            ? workflow(request)
                            : register(DjlRegistration.of(request, body)));
        }
        if (method.equals(HttpMethod.PUT)) {
            return Optional.of(scale(DjlWorkers.of(parameter -> Queries.first(request, parameter)), path));
        }
        return method.equals(HttpMethod.DELETE) ? Optional.of(removal(name, path.version())) : Optional.empty();
    }

    private static Reply workflow(HttpServerRequest request) {
        if (Queries.first(request, "url") == null && Queries.first(request, "template") == null) {
            throw InferenceException.invalid("", "Either parameter url or template is required.");
        }
        throw DjlRegistration.noWorkflow();
    }

    private Reply register(DjlRegistration asked) {
        String name = asked.name();
        @Nullable String wanted = asked.version();
        long version = orders.versionToRegister(name, wanted);
        if ((wanted == null && orders.isTaken(name)) || !orders.begin(name, version)) {
            String workflow = wanted == null ? name : name + ":" + wanted;
            return new Reply.Refused(409, "BadRequestException", "Workflow " + workflow + " is already registered.");
        }
        List<Supplier<Optional<ModelCommand>>> then = new ArrayList<>(orders.untilServed(name, version));
        then.add(() -> scaling(name, asked.workers()));
        ModelCommand.Source command = new ModelCommand.Source(name, version, asked.source());
        String model = "Model \"" + name + "\" ";
        return asked.isWaitedFor()
                ? new Reply.Order(command, then, 200, () -> model + "registered.")
                : new Reply.Scheduled(command, then, model + "registration scheduled.");
    }

    /** It answers for each version that it has scaled. */
    private Reply scale(DjlWorkers workers, ManagedPath path) {
        String name = String.valueOf(path.model());
        List<ModelReport> versions = registered.versions(name, path.version());
        if (!versions.stream().allMatch(ModelReport::takesRequests)) {
            String text = "Model or workflow is not ready: " + InferenceException.shortened(name);
            return new Reply.Refused(503, "ServiceUnavailableException", text);
        }
        String text = versions.stream()
                .map(version -> "Workflow \"" + name + "\" worker scaled. New Worker configuration min workers:"
                        + workers.least() + " max workers:" + workers.most())
                .collect(Collectors.joining("\n"));
        return scaling(name, workers)
                .<Reply>map(command -> new Reply.Order(command, 200, text))
                .orElseGet(() -> new Reply.Done(200, text));
    }

    /** Empty where there are as many as are asked for. */
    private Optional<ModelCommand> scaling(String name, DjlWorkers workers) {
        int now = orders.workers(name);
        int then = workers.of(now);
        return then == now ? Optional.empty() : Optional.of(new ModelCommand.Instances(name, then));
    }

    private Reply removal(String name, @Nullable String version) {
        return orders.removal(name, version, "Model or workflow \"" + name + "\" unregistered");
    }
}

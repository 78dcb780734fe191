package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelSource;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which command of ours does what is ordered in the words of TorchServe.
 *
 * @thread any
 * @source pytorch/serve, ManagementRequestHandler.java, ApiUtils.java
 */
final class TorchServeOrders {

    private static final Pattern FILE_NAME = Pattern.compile("([^/?#]+?)(?:\\.[A-Za-z0-9]+)*(?:[?#].*)?$");
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,17}");

    private final ModelDirectory models;

    TorchServeOrders(ModelDirectory models) {
        this.models = models;
    }

    /**
     * What is to be done.
     *
     * @param command is asked for when the request is read; throws InferenceException
     * @param status when it has been done
     * @param text when it has been done
     */
    record Order(Supplier<ModelCommand> command, int status, String text) {}

    /** Empty for a method that there is not. */
    Optional<Order> of(HttpServerRequest request, @Nullable String name, @Nullable String version, boolean isDefault) {
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
        return method.equals(HttpMethod.DELETE)
                ? Optional.of(new Order(() -> removal(name, version), 200, "Model \"" + name + "\" unregistered"))
                : Optional.empty();
    }

    private Order register(HttpServerRequest request) {
        @Nullable String url = request.getParam("url");
        String name =
                request.getParam("model_name") == null ? nameIn(String.valueOf(url)) : request.getParam("model_name");
        long next = 1 + versions(name).stream().mapToLong(Long::longValue).max().orElse(0);
        String version =
                request.getParam("model_version") == null ? Long.toString(next) : request.getParam("model_version");
        return new Order(
                () -> {
                    if (url == null) {
                        throw InferenceException.invalid("", "Parameter url is required.");
                    }
                    if (url.endsWith(".mar")) {
                        throw InferenceException.invalid(
                                "url",
                                "an archive of TorchServe holds Python, which is not run here; export it to ONNX");
                    }
                    return new ModelCommand.Source(name, number(version), new ModelSource(url, ""));
                },
                200,
                "Model \"" + name + "\" Version: " + version + " registered");
    }

    /** As the archive would say it. */
    private static String nameIn(String url) {
        Matcher file = FILE_NAME.matcher(url);
        return file.find() ? file.group(1) : url;
    }

    private Order scale(HttpServerRequest request, String name, @Nullable String version) {
        int least = workers(request, "min_worker", 1);
        int most = workers(request, "max_worker", least);
        boolean waits = "true".equalsIgnoreCase(request.getParam("synchronous"));
        String done =
                "Workers scaled to " + least + " for model: " + name + (version == null ? "" : ", version: " + version);
        return new Order(
                () -> {
                    if (most < least) {
                        throw InferenceException.invalid("", "max_worker cannot be less than min_worker.");
                    }
                    if (least < 1) {
                        throw InferenceException.invalid(
                                "min_worker", "a model in memory has one at least; DELETE unloads it");
                    }
                    requireKnown(name);
                    return new ModelCommand.Instances(name, least);
                },
                waits ? 200 : 202,
                waits ? done : "Processing worker updates...");
    }

    /** As there, what is no number is not heard. */
    private static int workers(HttpServerRequest request, String parameter, int otherwise) {
        @Nullable String text = request.getParam(parameter);
        return text != null && text.matches("-?[0-9]{1,9}") ? Integer.parseInt(text) : otherwise;
    }

    /** The newest that is served answers who leaves the version open, so those that are newer leave. */
    private Order byDefault(String name, String version) {
        return new Order(
                () -> {
                    long wanted = number(version);
                    requireVersion(name, wanted);
                    List<Long> rest =
                            served(name).stream().filter(each -> each < wanted).toList();
                    return serve(name, rest, wanted);
                },
                200,
                "Default version successfully updated for model \"" + name + "\" to \"" + version + "\"");
    }

    private static ModelCommand serve(String name, List<Long> versions, long newest) {
        List<String> words = new ArrayList<>(versions.stream()
                .sorted(Comparator.naturalOrder())
                .map(String::valueOf)
                .toList());
        words.add(Long.toString(newest));
        return new ModelCommand.Serve(name, words);
    }

    private ModelCommand removal(String name, @Nullable String version) {
        requireKnown(name);
        if (version == null) {
            return new ModelCommand.Unload(name);
        }
        long number = number(version);
        requireVersion(name, number);
        if (models.wish(name).sources().containsKey(number)) {
            return new ModelCommand.Source(name, number, null);
        }
        List<Long> served = served(name);
        List<Long> rest = served.stream().filter(each -> each != number).toList();
        if (rest.isEmpty()) {
            return new ModelCommand.Unload(name);
        }
        if (served.getFirst() == number) {
            throw InferenceException.invalid("", "Cannot remove default version for model " + name);
        }
        return serve(name, rest.subList(1, rest.size()), rest.getFirst());
    }

    /** The newest first. */
    private List<Long> served(String name) {
        return models.ready(name).stream()
                .map(ModelReport::model)
                .map(ModelId::version)
                .toList();
    }

    private List<Long> versions(String name) {
        return models.versions(name).stream()
                .map(ModelReport::model)
                .map(ModelId::version)
                .toList();
    }

    private void requireKnown(String name) {
        if (versions(name).isEmpty()) {
            throw new InferenceException(new InferenceError.UnknownModel(""));
        }
    }

    private void requireVersion(String name, long version) {
        if (!versions(name).contains(version)) {
            throw new InferenceException(new InferenceError.UnknownModel(""));
        }
    }

    private static long number(String version) {
        if (!NUMBER.matcher(version).matches()) {
            throw InferenceException.invalid("model_version", "a number from 1 on (got " + version + ")");
        }
        return Long.parseLong(version);
    }
}

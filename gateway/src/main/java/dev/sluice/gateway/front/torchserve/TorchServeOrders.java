package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.ModelState;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Which command of ours does what is ordered in the words of TorchServe.
 *
 * @thread confined to the operators' loop
 * @source pytorch/serve, ManagementRequestHandler.java, ApiUtils.java, ModelManager.java
 */
final class TorchServeOrders {

    private static final int MOST_DIGITS = 18;
    private static final Pattern WORKERS = Pattern.compile("-?[0-9]{1,9}");

    private final ModelDirectory models;

    /** What is being registered, which the directory has not heard of. */
    private final Set<ModelId> registering = new HashSet<>();

    TorchServeOrders(ModelDirectory models) {
        this.models = models;
    }

    /**
     * What a request comes to.
     *
     * @thread immutable
     */
    sealed interface Reply {}

    /**
     * Something is to be done.
     *
     * @param status when it has been done
     * @param text then
     */
    record Order(ModelCommand command, int status, Supplier<String> text) implements Reply {}

    /** All is as it should be. */
    record Done(int status, String text) implements Reply {}

    /**
     * Something that only TorchServe refuses.
     *
     * @param type its name for that
     */
    record Refused(int status, String type, String text) implements Reply {}

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

    /** To be told of each command that has been done, or refused. */
    void isOver(ModelCommand command) {
        if (command instanceof ModelCommand.Source source) {
            registering.remove(new ModelId(source.name(), source.version()));
        }
    }

    private Reply register(HttpServerRequest request) {
        @Nullable String url = Queries.parameter(request, "url");
        if (url == null || url.isEmpty()) {
            throw InferenceException.invalid("", "Parameter url is required.");
        }
        if (url.endsWith(".mar")) {
            throw InferenceException.invalid(
                    "url", "an archive of TorchServe holds Python, which is not run here; export it to ONNX");
        }
        @Nullable String given = Queries.parameter(request, "model_name");
        String name = given == null || given.isEmpty() ? nameIn(url) : given;
        @Nullable String wanted = Queries.parameter(request, "model_version");
        long version = wanted == null ? next(name) : number(wanted);
        if (version == 0) {
            throw InferenceException.invalid("model_version", "a number from 1 on (got " + wanted + ")");
        }
        boolean isKnown = known(name).stream().anyMatch(report -> report.model().version() == version);
        if (isKnown || !registering.add(new ModelId(name, version))) {
            String text = "Model version " + version + " is already registered for model " + name;
            return new Refused(409, "ConflictStatusException", text);
        }
        ModelCommand command = new ModelCommand.Source(name, version, new ModelSource(url, ""));
        return new Order(command, 200, () -> registered(name, version));
    }

    private long next(String name) {
        LongStream there = models.versions(name).stream()
                .mapToLong(report -> report.model().version());
        LongStream coming =
                registering.stream().filter(model -> model.name().equals(name)).mapToLong(ModelId::version);
        return 1 + LongStream.concat(there, coming).max().orElse(0);
    }

    private String registered(String name, long version) {
        int workers = models.versions(name).stream()
                .filter(report -> report.model().version() == version)
                .mapToInt(TorchServeOrders::instances)
                .sum();
        return "Model \"" + name + "\" Version: " + version + " registered with " + workers + " initial workers"
                + (workers == 0 ? ". Use scale workers API to add workers for the model." : "");
    }

    private static int instances(ModelReport report) {
        @Nullable Description description = report.description();
        return description == null ? 0 : description.instances();
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
        if (least < 1) {
            throw InferenceException.invalid("min_worker", "a model in memory has one at least; DELETE unloads it");
        }
        requireKnown(name);
        if (version != null) {
            requireVersion(name, version);
        }
        int wished = models.wish(name).instances();
        int now = wished > 0
                ? wished
                : known(name).stream()
                        .mapToInt(TorchServeOrders::instances)
                        .max()
                        .orElse(0);
        int then = Math.clamp(now, least, most);
        boolean waits = "true".equalsIgnoreCase(Queries.parameter(request, "synchronous"));
        String done =
                "Workers scaled to " + then + " for model: " + name + (version == null ? "" : ", version: " + version);
        int status = waits ? 200 : 202;
        String text = waits ? done : "Processing worker updates...";
        return then == now
                ? new Done(status, text)
                : new Order(new ModelCommand.Instances(name, then), status, () -> text);
    }

    /** As there, what is no number is not heard. */
    private static int workers(HttpServerRequest request, String parameter, int otherwise) {
        @Nullable String text = Queries.parameter(request, parameter);
        return text != null && WORKERS.matcher(text).matches() ? Integer.parseInt(text) : otherwise;
    }

    /**
     * The newest that is served answers who leaves the version open, so those that are newer leave; it may be one of
     * them that comes back.
     */
    private Reply byDefault(String name, String version) {
        requireKnown(name);
        long wanted = number(version);
        if (models.versions(name).stream().noneMatch(report -> report.model().version() == wanted)) {
            throw unknown();
        }
        LongStream older = staying(name).filter(each -> each < wanted);
        String text = "Default version successfully updated for model \"" + name + "\" to \"" + version + "\"";
        return new Order(serve(name, LongStream.concat(older, LongStream.of(wanted))), 200, () -> text);
    }

    private static ModelCommand serve(String name, LongStream versions) {
        return new ModelCommand.Serve(
                name, versions.sorted().mapToObj(Long::toString).toList());
    }

    private Reply removal(String name, @Nullable String version) {
        requireKnown(name);
        String text = "Model \"" + name + "\" unregistered";
        if (version == null) {
            return new Order(new ModelCommand.Unload(name), 200, () -> text);
        }
        long leaving = requireVersion(name, version);
        boolean isLast = staying(name).allMatch(each -> each == leaving);
        if (!isLast && defaultOf(name) == leaving) {
            return new Refused(403, "InvalidModelVersionException", "Cannot remove default version for model " + name);
        }
        if (models.wish(name).sources().containsKey(leaving)) {
            return new Order(new ModelCommand.Source(name, leaving, null), 200, () -> text);
        }
        ModelCommand command = isLast
                ? new ModelCommand.Unload(name)
                : serve(name, staying(name).filter(each -> each != leaving));
        return new Order(command, 200, () -> text);
    }

    /** Those that are in memory or on their way there, or could not come. */
    private LongStream staying(String name) {
        return known(name).stream()
                .filter(report -> report.state() != ModelState.DRAINING)
                .mapToLong(report -> report.model().version());
    }

    /** Who answers where none is named; where nobody does, the newest will. */
    private long defaultOf(String name) {
        return models.ready(name).stream()
                .mapToLong(report -> report.model().version())
                .filter(version -> models.plan(name).isStable(version))
                .findFirst()
                .orElseGet(() -> staying(name).max().orElse(0));
    }

    /** The newest first. */
    private List<ModelReport> known(String name) {
        return models.versions(name).stream().filter(ModelHealth::isKnown).toList();
    }

    private void requireKnown(String name) {
        if (known(name).isEmpty()) {
            throw unknown();
        }
    }

    private long requireVersion(String name, String version) {
        long number = number(version);
        if (known(name).stream().noneMatch(report -> report.model().version() == number)) {
            throw unknown();
        }
        return number;
    }

    private static InferenceException unknown() {
        return new InferenceException(new InferenceError.UnknownModel(""));
    }

    /** 0 for what is none from 1 on, which nothing has for a version. */
    private static long number(String version) {
        boolean isNumber = !version.isEmpty()
                && version.length() <= MOST_DIGITS
                && version.charAt(0) != '0'
                && version.chars().allMatch(each -> each >= '0' && each <= '9');
        return isNumber ? Long.parseLong(version) : 0;
    }
}

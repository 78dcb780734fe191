package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelSource;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A model that is to be registered, by parameters of a URL or by JSON. How it is batched is learned here, and its
 * model.yaml says on what it runs, so what is said of both is not heard.
 *
 * @param version null where it is left open
 * @param isWaitedFor whether the answer comes when it is loaded
 * @source djl-serving, LoadModelRequest.java, ModelInfo.java: inferModelNameFromUrl, WorkflowDefinition.java:
 *     toWorkflowUri
 */
record DjlRegistration(
        String name, @Nullable String version, ModelSource source, DjlWorkers workers, boolean isWaitedFor) {

    private static final String URL = "url";
    private static final String NAME = "model_name";
    private static final String VERSION = "model_version";
    private static final String ENGINE = "engine";
    private static final String SYNCHRONOUS = "synchronous";
    private static final Set<String> KNOWN = Set.of(
            URL,
            NAME,
            VERSION,
            ENGINE,
            SYNCHRONOUS,
            "min_worker",
            "max_worker",
            "device",
            "job_queue_size",
            "batch_size",
            "max_batch_delay",
            "max_idle_time");

    /** Whether one is there, and reads the files, shows when they are loaded. */
    private static final Set<String> ENGINES = Set.of("onnxruntime", "pytorch", "tensorflow");

    private static final Pattern ARCHIVE = Pattern.compile("(?i)\\.(?:tar\\.g?z|tgz|zip|tar|mar|g?z)$");
    private static final Pattern NO_WORD = Pattern.compile("\\W|^_");

    /** @throws InferenceException for what is wrong with it */
    static DjlRegistration of(HttpServerRequest request, HttpBytes body) {
        @Nullable String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            return of(name -> Queries.first(request, name));
        }
        JsonMembers members =
                JsonMembers.read(body.array(), body.from(), body.to(), KNOWN).withoutNulls();
        return of(members::scalar);
    }

    private static DjlRegistration of(Function<String, @Nullable String> said) {
        @Nullable String url = given(said, URL);
        if (url == null) {
            throw InferenceException.invalid("", "Parameter url is required.");
        }
        if (url.endsWith(".json") || url.endsWith(".yml") || url.endsWith(".yaml")) {
            throw noWorkflow();
        }
        ModelSource source = new ModelSource(url, "");
        source.fault().ifPresent(fault -> {
            throw InferenceException.invalid(URL, fault);
        });
        @Nullable String engine = given(said, ENGINE);
        if (engine != null && !ENGINES.contains(engine.toLowerCase(Locale.ROOT))) {
            throw InferenceException.invalid(
                    ENGINE, InferenceException.shortened(engine) + " is not here; export the model to ONNX");
        }
        @Nullable String name = given(said, NAME);
        @Nullable String waits = given(said, SYNCHRONOUS);
        return new DjlRegistration(
                name == null ? inferred(nameIn(url)) : name,
                given(said, VERSION),
                source,
                DjlWorkers.of(said),
                waits == null || waits.equalsIgnoreCase("true"));
    }

    private static @Nullable String given(Function<String, @Nullable String> said, String name) {
        @Nullable String text = said.apply(name);
        return text == null || text.isEmpty() ? null : text;
    }

    static InferenceException noWorkflow() {
        return new InferenceException(new InferenceError.Unimplemented("a workflow of DJL Serving is held together by"
                + " classes of Java, which are not run here; declare a pipeline, and register its models"));
    }

    private static String inferred(String name) {
        if (name.isEmpty()) {
            throw InferenceException.invalid(NAME, "is missing, and the URL ends in no name");
        }
        return name;
    }

    /** The last part of the path, of an archive without its ending, in letters, digits and underscores. */
    private static String nameIn(String url) {
        String path = url.split("[?#]", 2)[0];
        boolean isFolder = path.endsWith("/");
        String bare = isFolder ? path.substring(0, path.length() - 1) : path;
        String last = bare.substring(bare.lastIndexOf('/') + 1);
        String name = isFolder ? last : ARCHIVE.matcher(last).replaceFirst("");
        return NO_WORD.matcher(name).replaceAll("_");
    }
}

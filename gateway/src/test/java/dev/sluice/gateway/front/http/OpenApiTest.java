package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.cache.CacheListener;
import dev.sluice.gateway.cache.CacheOptions;
import dev.sluice.gateway.cache.ResponseCache;
import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.drift.Drift;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.gateway.front.Page;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.control.AuditLog;
import dev.sluice.gateway.front.control.Operations;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.pipeline.InferencePipeline;
import dev.sluice.gateway.statistics.Statistics;
import dev.sluice.gateway.traffic.Agreements;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.gateway.transform.PictureUrlOptions;
import dev.sluice.gateway.transform.PictureUrls;
import dev.sluice.gateway.transform.TransformOptions;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The hand-written document says what is served: no path or method more, none less. */
@ExtendWith(VertxExtension.class)
class OpenApiTest {

    private static final JsonObject DOCUMENT = new JsonObject(OpenApi.read());
    private static final Pattern PARAMETER = Pattern.compile(":(\\w+)");

    private record NoPage() implements Page {
        @Override
        public String mediaType() {
            return "text/plain";
        }

        @Override
        public Future<String> text(Vertx vertx) {
            return Future.succeededFuture("");
        }
    }

    private static final Duration SECOND = Duration.ofSeconds(1);

    private static Operations operations(Vertx vertx, ModelDirectory models) {
        AuditLog audit = Crossing.resultOnLoop(
                vertx.getOrCreateContext(),
                () -> AuditLog.open(AuditLog.NONE, Optional.empty(), vertx, InstantSource.system()));
        return new Operations(new ModelCommands(vertx, models), audit, () -> false, () -> {});
    }

    private static final ProfileFronts NO_PROFILES =
            new ProfileFronts(new CompatOptions(Profile.V2, List.of()), Map.of());

    private static Router routes(Vertx vertx) {
        FakeTicker ticker = new FakeTicker();
        AdmitOptions limits = new AdmitOptions(1, 0, "none", SECOND, SECOND, SECOND, SECOND);
        AdmissionControl admission = Limits.unlimited(limits);
        ModelDirectory models = new ModelDirectory();
        FrontParts parts = new FrontParts(
                models,
                new Traffic(models, ticker, TrafficListener.NONE),
                new Agreements(vertx),
                new Drift(models, 500, ticker),
                admission,
                limits,
                JsonOptions.STRICT,
                RequestListener.NONE,
                new Statistics(InstantSource.system(), version -> true),
                operations(vertx, models),
                Optional.of(new NoPage()),
                Optional.empty(),
                ticker,
                new TransformPool(new TransformOptions(1, 1, 1), ticker),
                new PictureUrls(Settings.of(PictureUrlOptions.class).load(), InstantSource.system()),
                new ResponseCache(
                        new CacheOptions(1 << 20, 1 << 20), ticker, (model, loading) -> true, CacheListener.NONE),
                "test");
        InferencePipeline pipeline = Crossing.resultOnLoop(
                vertx.getOrCreateContext(), () -> InferencePipeline.open(vertx, admission, ticker));
        return Routes.build(
                LoopParts.of(vertx, Settings.of(HttpOptions.class).load(), new Serving(pipeline, parts)),
                opening -> {},
                NO_PROFILES);
    }

    /** As in {@code GET /v2/models/{model}}; HEAD and OPTIONS go with every path, and are not worth a word in the document. */
    private static Set<String> served(Vertx vertx) {
        Set<String> served = new TreeSet<>();
        for (Route route : routes(vertx).getRoutes()) {
            if (route.methods() != null
                    && !route.methods().contains(HttpMethod.HEAD)
                    && !route.methods().contains(HttpMethod.OPTIONS)) {
                String path = PARAMETER.matcher(route.getPath()).replaceAll("{$1}");
                route.methods().forEach(method -> served.add(method + " " + path));
            }
        }
        return served;
    }

    private static Set<String> documented() {
        Set<String> documented = new TreeSet<>();
        JsonObject paths = DOCUMENT.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            paths.getJsonObject(path).fieldNames().stream()
                    .filter(member -> !member.equals("parameters"))
                    .forEach(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path));
        }
        return documented;
    }

    @Test
    void namesExactlyWhatIsServed(Vertx vertx) {
        assertEquals(served(vertx), documented());
        assertTrue(served(vertx).size() >= 19, served(vertx).toString());
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        var reference = Pattern.compile("\"\\$ref\": ?\"#/([^\"]+)\"").matcher(OpenApi.read());
        while (reference.find()) {
            JsonObject place = DOCUMENT;
            for (String step : reference.group(1).split("/", -1)) {
                assertTrue(place.getValue(step) instanceof JsonObject, reference.group());
                place = place.getJsonObject(step);
            }
        }
    }

    @Test
    void everyParameterOfAPathIsDeclared() {
        JsonObject paths = DOCUMENT.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            Set<String> named = Pattern.compile("\\{(\\w+)}")
                    .matcher(path)
                    .results()
                    .map(found -> "#/components/parameters/" + found.group(1))
                    .collect(Collectors.toSet());
            Set<String> declared = paths.getJsonObject(path).getJsonArray("parameters", new JsonArray()).stream()
                    .map(each -> ((JsonObject) each).getString("$ref"))
                    .collect(Collectors.toSet());
            assertEquals(named, declared, path);
        }
    }

    @Test
    void isAsciiAsTheWriterWants() {
        assertTrue(OpenApi.read().chars().allMatch(c -> c < 0x80));
    }
}

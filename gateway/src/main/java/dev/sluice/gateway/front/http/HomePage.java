package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * {@code GET /}: says what this is and where to go next, to a person at a browser or at curl.
 *
 * @thread confined to one front loop
 */
final class HomePage {

    private static final List<String> PLACES =
            List.of("/v2", "/v2/models", "/v2/models/stats", "/v2/health/ready", "/metrics", "/openapi.json");

    private final FrontParts parts;
    private final Exchanges exchanges;

    HomePage(FrontParts parts, Exchanges exchanges) {
        this.parts = parts;
        this.exchanges = exchanges;
    }

    void show(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        String accept = context.request().getHeader("accept");
        if (accept != null && accept.contains("text/html")) {
            exchange.text("text/html", html());
        } else {
            exchange.text("text/plain", text());
        }
    }

    private String text() {
        StringBuilder page = new StringBuilder("Sluice " + parts.version() + ", an inference gateway.\n\nModels:\n");
        for (ModelReport report : parts.models().all()) {
            page.append("  ").append(line(report)).append('\n');
        }
        page.append("\nPredict:  POST /v2/models/{model}/infer   (Open Inference Protocol V2, JSON)\n\nLook at:\n");
        places().forEach(place -> page.append("  GET ").append(place).append('\n'));
        parts.models().all().stream()
                .map(HomePage::path)
                .distinct()
                .forEach(path -> page.append("  GET ").append(path).append('\n'));
        return page.toString();
    }

    private String html() {
        StringBuilder page = new StringBuilder("<!doctype html><html lang=en><meta charset=utf-8><title>Sluice</title>"
                + "<style>body{font:16px/1.5 sans-serif;max-width:40em;margin:3em auto;padding:0 1em}</style>");
        page.append("<h1>Sluice</h1><p>An inference gateway, version ").append(escape(parts.version()));
        page.append(".</p><h2>Models</h2><ul>");
        for (ModelReport report : parts.models().all()) {
            page.append("<li><a href=\"").append(escape(path(report))).append("\">");
            page.append(escape(line(report))).append("</a></li>");
        }
        page.append(
                "</ul><p>Predict with <code>POST /v2/models/{model}/infer</code>: Open Inference Protocol V2, JSON.");
        page.append("</p><h2>Look at</h2><ul>");
        places().forEach(place -> page.append("<li><a href=\"")
                .append(place)
                .append("\">")
                .append(place)
                .append("</a></li>"));
        return page.append("</ul></html>\n").toString();
    }

    /** The drawing page among them where its model is. */
    private Stream<String> places() {
        boolean draws = parts.models().all().stream()
                .anyMatch(report -> report.model().name().equals(DrawPage.MODEL));
        return Stream.concat(draws ? Stream.of("/draw") : Stream.empty(), PLACES.stream());
    }

    private static String path(ModelReport report) {
        return "/v2/models/" + PathSegment.encode(report.model().name());
    }

    private static String line(ModelReport report) {
        String state = report.state().name().toLowerCase(Locale.ROOT);
        String reason = report.state() == ModelState.FAILED ? ": " + report.reason() : "";
        return report.model() + " (" + state + ")" + reason;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}

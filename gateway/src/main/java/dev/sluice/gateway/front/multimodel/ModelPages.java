package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list of models, as TorchServe and its relatives turn them.
 *
 * @param names on it
 * @param end the place in the list behind the last of them
 * @param isFollowed whether there are more
 * @bound 100 names
 * @source pytorch/serve, ApiUtils.java: getModelList; djl-serving, ListPagination.java
 */
public record ModelPages(List<String> names, int end, boolean isFollowed) {

    private static final int MOST = 100;

    /** What {@code limit} and {@code next_page_token} of a request ask for; what is no number is not heard. */
    private static ModelPages of(HttpServerRequest request, List<String> all) {
        int limit = number(Queries.first(request, "limit"), MOST);
        int most = limit < 0 || limit > MOST ? MOST : limit;
        int from = Math.clamp(number(Queries.first(request, "next_page_token"), 0), 0, all.size());
        int end = Math.min(all.size(), from + most);
        return new ModelPages(all.subList(from, end), end, end < all.size());
    }

    private static int number(@Nullable String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException none) {
            return otherwise;
        }
    }

    /**
     * Answers a request with the page that it asks for.
     *
     * @param list what it is called
     * @param versions those of a name that are on it, each an entry
     * @throws InferenceException InvalidRequest for a query that is none
     */
    public static void answer(
            Exchange exchange,
            String list,
            List<String> all,
            Function<String, List<ModelReport>> versions,
            BiConsumer<ModelReport, JsonOutput> entry) {
        ModelPages page = of(exchange.request(), all);
        JsonOutput out = new JsonOutput(1024).raw("{");
        if (page.isFollowed()) {
            out.raw("\"nextPageToken\":\"").number(page.end()).raw("\",");
        }
        String between = "";
        out.raw('"').raw(list).raw("\":[");
        for (String name : page.names()) {
            for (ModelReport report : versions.apply(name)) {
                entry.accept(report, out.raw(between));
                between = ",";
            }
        }
        exchange.json(PrettyJson.of(out.raw("]}")));
    }

    /** How long a batch may wait for others, where that is fixed. */
    public static long delayMillis(Description description) {
        return TimeUnit.NANOSECONDS.toMillis(description.fixed().maxDelayNanos());
    }
}

package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.LearnedLatency;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What a model's batcher knows and does: {@code .../batching}, which is ours.
 *
 * <p>It has a path of its own, because clients of Triton's statistics may refuse members that they do not know.
 *
 * @thread confined to one front loop
 * @units nanoseconds
 */
public final class BatchingHandler {

    private final FrontParts parts;
    private final Exchanges exchanges;
    private final BatcherInquiry batchers;

    public BatchingHandler(FrontParts parts, Exchanges exchanges, BatcherInquiry batchers) {
        this.parts = parts;
        this.exchanges = exchanges;
        this.batchers = batchers;
    }

    public void show(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        try {
            ModelEndpoint endpoint = Routes.model(context).in(parts.models());
            batchers.ask(endpoint)
                    .onSuccess(report -> exchange.json(json(endpoint, report)))
                    .onFailure(cause -> {
                        if (cause instanceof InferenceException refused) {
                            exchange.refuse(refused.error());
                        } else {
                            context.fail(cause);
                        }
                    });
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private static JsonOutput json(ModelEndpoint endpoint, BatchingReport report) {
        JsonOutput out =
                new JsonOutput(2048).raw("{\"name\":").string(endpoint.model().name());
        out.raw(",\"version\":\"").number(endpoint.model().version());
        out.raw("\",\"max_batch_rows\":")
                .number(Math.max(1, endpoint.description().maxBatchRows()));
        out.raw(",\"next_batch_rows\":").number(report.nextRows());
        latency(report.latency(), out);
        queue(report.queue(), out);
        out.raw(",\"idle_instances\":").number(report.idleInstances()).raw(",\"running\":");
        list(report.running(), batch -> running(batch, out), out);
        out.raw(",\"batches\":");
        counts(report.batches(), out);
        out.raw(",\"dropped\":");
        counts(report.dropped(), out);
        out.raw(",\"profile\":");
        list(report.profile(), measured -> measured(measured, out), out);
        if (report.groups().size() > 1) {
            out.raw(",\"groups\":");
            list(report.groups(), group -> group(group, out), out);
        }
        return out.raw('}');
    }

    private static void group(BatchingReport.Group group, JsonOutput out) {
        out.raw("{\"name\":").string(group.name());
        out.raw(",\"instances\":").number(group.instances());
        out.raw(",\"circuit\":").string(group.circuit().name().toLowerCase(Locale.ROOT));
        out.raw(",\"next_batch_rows\":").number(group.nextRows());
        latency(group.latency(), out);
        out.raw(",\"idle_instances\":").number(group.idleInstances()).raw(",\"running\":");
        list(group.running(), batch -> running(batch, out), out);
        out.raw(",\"profile\":");
        list(group.profile(), measured -> measured(measured, out), out);
        out.raw('}');
    }

    private static void latency(LearnedLatency latency, JsonOutput out) {
        out.raw(",\"latency\":{\"learned_from\":").number(latency.batches());
        out.raw(",\"known\":").raw(Boolean.toString(latency.known()));
        out.raw(",\"batch_ns\":").number(Math.round(latency.batchNanos()));
        out.raw(",\"row_ns\":").number(Math.round(latency.rowNanos()));
        out.raw(",\"noise\":").number(latency.noise());
        out.raw(",\"useful_rows\":");
        if (latency.known()) {
            out.number(latency.usefulRows()).raw('}');
        } else {
            out.raw("null}");
        }
    }

    private static void queue(BatchingReport.Queue queue, JsonOutput out) {
        out.raw(",\"queue\":{\"requests\":").number(queue.requests());
        out.raw(",\"rows\":").number(queue.rows());
        out.raw(",\"oldest_ns\":").number(queue.oldestNanos());
        out.raw(",\"requests_by_priority\":");
        list(queue.byPriority(), out::number, out);
        out.raw('}');
    }

    private static void running(BatchingReport.Running batch, JsonOutput out) {
        out.raw("{\"rows\":").number(batch.rows());
        out.raw(",\"since_ns\":").number(batch.sinceNanos());
        out.raw(",\"expected_in_ns\":").number(batch.leftNanos()).raw('}');
    }

    private static void measured(BatchingReport.Measured measured, JsonOutput out) {
        out.raw("{\"rows\":").number(measured.rows());
        out.raw(",\"ns\":").number(measured.nanos()).raw('}');
    }

    private static void counts(Map<? extends Enum<?>, Long> counts, JsonOutput out) {
        String separator = "{\"";
        for (Map.Entry<? extends Enum<?>, Long> count : counts.entrySet()) {
            out.raw(separator).raw(count.getKey().name().toLowerCase(Locale.ROOT));
            out.raw("\":").number(count.getValue());
            separator = ",\"";
        }
        out.raw('}');
    }

    private static <T> void list(List<T> items, Consumer<T> writer, JsonOutput out) {
        String separator = "";
        out.raw('[');
        for (T item : items) {
            out.raw(separator);
            writer.accept(item);
            separator = ",";
        }
        out.raw(']');
    }
}

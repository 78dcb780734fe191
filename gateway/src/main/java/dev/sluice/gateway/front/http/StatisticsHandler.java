package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.ModelStatistics;
import dev.sluice.gateway.front.ModelStatistics.BatchSize;
import dev.sluice.gateway.front.ModelStatistics.Phases;
import dev.sluice.gateway.front.ModelStatistics.Total;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * What the models have done: {@code .../stats}.
 *
 * @thread confined to one front loop
 * @units nanoseconds, and milliseconds since 1970 for {@code last_inference}
 * @source Triton: statistics extension. There is no response cache here, so its counts stay 0
 */
final class StatisticsHandler {

    private static final Total NONE = new Total(0, 0);

    private final FrontParts parts;
    private final Exchanges exchanges;

    StatisticsHandler(FrontParts parts, Exchanges exchanges) {
        this.parts = parts;
        this.exchanges = exchanges;
    }

    /** Of every model that is ready. */
    void all(RoutingContext context) {
        show(exchanges.of(context), ServerState.ready(parts.models().all()));
    }

    /** Of one version, or of all that are ready when the path leaves it open. */
    void model(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        try {
            show(exchange, ServerState.counted(parts, Routes.model(context)));
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private void show(Exchange exchange, List<ModelId> models) {
        JsonOutput out = new JsonOutput(2048).raw("{\"model_stats\":[");
        String separator = "";
        for (ModelId model : models) {
            out.raw(separator).raw("{\"name\":").string(model.name());
            out.raw(",\"version\":\"").number(model.version()).raw('"');
            write(parts.statistics().of(model), out);
            separator = ",";
        }
        exchange.json(out.raw("]}"));
    }

    private static void write(ModelStatistics statistics, JsonOutput out) {
        out.raw(",\"last_inference\":").number(statistics.lastInferenceMillis());
        out.raw(",\"inference_count\":").number(statistics.inferences());
        out.raw(",\"execution_count\":").number(statistics.executions());
        out.raw(",\"inference_stats\":{");
        total("\"success", statistics.success(), out);
        total(",\"fail", statistics.fail(), out);
        total(",\"queue", statistics.queue(), out);
        out.raw(',');
        phases(statistics.phases(), out);
        total(",\"cache_hit", NONE, out);
        total(",\"cache_miss", NONE, out);
        out.raw("},\"batch_stats\":[");
        String separator = "";
        for (BatchSize size : statistics.batches()) {
            out.raw(separator).raw("{\"batch_size\":").number(size.rows()).raw(',');
            phases(size.phases(), out);
            out.raw('}');
            separator = ",";
        }
        out.raw("],\"memory_usage\":[]}");
    }

    private static void phases(Phases phases, JsonOutput out) {
        total("\"compute_input", phases.input(), out);
        total(",\"compute_infer", phases.infer(), out);
        total(",\"compute_output", phases.output(), out);
    }

    private static void total(String start, Total total, JsonOutput out) {
        out.raw(start).raw("\":{\"count\":").number(total.count());
        out.raw(",\"ns\":").number(total.nanos()).raw('}');
    }
}

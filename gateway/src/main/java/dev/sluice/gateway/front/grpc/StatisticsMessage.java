package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.ModelStatistics.BatchSize;
import dev.sluice.gateway.front.ModelStatistics.Phases;
import dev.sluice.gateway.front.ModelStatistics.Total;
import dev.sluice.gateway.front.grpc.wire.InferBatchStatistics;
import dev.sluice.gateway.front.grpc.wire.InferStatistics;
import dev.sluice.gateway.front.grpc.wire.ModelStatistics;
import dev.sluice.gateway.front.grpc.wire.StatisticDuration;
import dev.sluice.worker.contract.ModelId;

/**
 * What a model has done, in Triton's words; the same as {@code .../stats} of HTTP says in JSON.
 *
 * @thread stateless
 * @source Triton: statistics extension. There is no response cache here, so its counts stay 0
 */
final class StatisticsMessage {

    private StatisticsMessage() {}

    static ModelStatistics of(ModelId model, dev.sluice.gateway.front.ModelStatistics counted) {
        Phases phases = counted.phases();
        ModelStatistics.Builder statistics = ModelStatistics.newBuilder()
                .setName(model.name())
                .setVersion(Long.toString(model.version()))
                .setLastInference(counted.lastInferenceMillis())
                .setInferenceCount(counted.inferences())
                .setExecutionCount(counted.executions())
                .setInferenceStats(InferStatistics.newBuilder()
                        .setSuccess(duration(counted.success()))
                        .setFail(duration(counted.fail()))
                        .setQueue(duration(counted.queue()))
                        .setComputeInput(duration(phases.input()))
                        .setComputeInfer(duration(phases.infer()))
                        .setComputeOutput(duration(phases.output()))
                        .setCacheHit(StatisticDuration.getDefaultInstance())
                        .setCacheMiss(StatisticDuration.getDefaultInstance()));
        counted.batches().forEach(size -> statistics.addBatchStats(batch(size)));
        return statistics.build();
    }

    private static InferBatchStatistics batch(BatchSize size) {
        return InferBatchStatistics.newBuilder()
                .setBatchSize(size.rows())
                .setComputeInput(duration(size.phases().input()))
                .setComputeInfer(duration(size.phases().infer()))
                .setComputeOutput(duration(size.phases().output()))
                .build();
    }

    private static StatisticDuration duration(Total total) {
        return StatisticDuration.newBuilder()
                .setCount(total.count())
                .setNs(total.nanos())
                .build();
    }
}

package dev.sluice.worker;

import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.drift.DriftOptions;
import dev.sluice.worker.settings.CacheFolder;
import dev.sluice.worker.settings.Setting;
import dev.sluice.worker.source.SourceOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How a worker runs its models; a model's own model.yaml may say otherwise about instances, threads, batch and queue.
 *
 * @param models the directories that models lie in, together the repository; relative ones start at the launcher's
 *     directory (SLUICE_HOME), or at the working directory if they were given on the command line
 * @param instances worker threads for each model; 0 for one per core but at most 4, for beyond that the models of one
 *     machine take the cores from each other
 * @param cpuRuns batches of all models that may run on the CPU at one time, beyond which models take turns; 0 for one
 *     per core, for more threads than cores only make all of them slower
 * @param intraOpThreads threads that one engine call is spread over; 1, because several instances with one thread each
 *     beat one instance with several, whose threads spin while they wait
 * @param maxBatchRows rows in one batch; 32, where the gain of batching has flattened on a CPU
 * @param maxQueueRequests requests that wait for one model; more are shed at once, which is better than late
 * @param warmUpBudget how long a model may be run before it takes requests, to learn how long its batches take; one
 *     second is enough for tens of batches of all but the heaviest models
 * @param profileCache where the measurements of the warm-up are kept for the next start: an absolute directory,
 *     {@link CacheFolder#AUTO} or {@link CacheFolder#NONE}; on, because a start that need not measure is up to the budget shorter for
 *     each model, and a batcher whose profile has become wrong learns the new line within 50 batches
 * @param batchMemory direct memory that each worker thread keeps for the tensors of its batches, as much as its largest
 *     batch needs but no more than this; 64 MiB, which is 32 colour images of 400 by 400 pixels
 * @param giveUpAfter shortest time after which an engine call that no client waits for any more is ended and its worker
 *     thread replaced; 10 s, for the first call of a large model may take seconds, and it must not be taken for stuck
 * @param breaker when a model is left alone because its batches fail
 * @param control how models come and go
 * @param drift how their answers are watched
 * @param pipelines what is computed between the stages of pipelines
 * @param sources where models may come from that do not lie in the repository
 * @param optimizedModels what the engine has made of models before
 * @param plugins the folder of jars with transforms of users' own; none, for they may do whatever the server may
 */
public record WorkerOptions(
        @Setting("conf/models") List<Path> models,
        @Setting(value = "0", min = "0", max = "256") int instances,
        @Setting(value = "0", min = "0", max = "4096") int cpuRuns,
        @Setting(value = "1", min = "1", max = "256") int intraOpThreads,
        @Setting(value = "32", min = "1", max = "65536") int maxBatchRows,
        @Setting(value = "1024", min = "1", max = "1000000") int maxQueueRequests,
        @Setting(value = "1s", min = "0s", max = "10m") Duration warmUpBudget,
        @Setting(CacheFolder.AUTO) String profileCache,

        @Setting(value = "64MiB", min = "0B", max = "64GiB", bytes = true)
        long batchMemory,

        @Setting(value = "10s", min = "10ms", max = "1h") Duration giveUpAfter,
        BreakerOptions breaker,
        ControlOptions control,
        DriftOptions drift,
        PipelineOptions pipelines,
        SourceOptions sources,
        OptimizedModelOptions optimizedModels,
        @Setting("none") Path plugins) {}

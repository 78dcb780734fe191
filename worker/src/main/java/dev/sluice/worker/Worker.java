package dev.sluice.worker;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.SourceListener;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.engine.Engines;
import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.repository.ModelRoots;
import dev.sluice.worker.source.ModelSources;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The worker side of one node: keeps the models of its repository in memory and deploys a batcher and instances for each.
 *
 * <p>Its deployment is complete when every model that it begins with has been tried; one that cannot be loaded fails alone.
 *
 * @thread a context of virtual threads, the control thread, never on the data path
 * @errors deployment fails only when the settings of sources say what cannot be, no directory of the repository can be read, or not what operators want of it, or
 *     there is no engine
 * @owns the models in memory; closed after the threads that run them have ended
 */
public final class Worker extends VerticleBase {

    private final WorkerOptions options;
    private final ModelLoader.Listeners listeners;
    private final SourceListener fetches;
    private final WishStore store;
    private final Ticker ticker;
    private final Supplier<Engines> engines;
    private ModelLoader loader;
    private ModelKeeper keeper;
    private Fetching fetching;
    private Plugins plugins = Plugins.NONE;
    private PipelineThreads between;
    private List<Path> hidden = List.of();

    /** Who hears of what happens here. */
    public record Listeners(BatchListener batches, InstanceListener instances, SourceListener sources) {}

    /** @param store what operators want, from one start to the next */
    public Worker(WorkerOptions options, Listeners listeners, WishStore store, Ticker ticker) {
        this(
                options,
                listeners,
                store,
                ticker,
                () -> Engines.installed(options.optimizedModels().files()));
    }

    Worker(WorkerOptions options, Listeners listeners, WishStore store, Ticker ticker, Supplier<Engines> engines) {
        this.options = options;
        this.listeners = new ModelLoader.Listeners(listeners.batches, listeners.instances);
        this.fetches = listeners.sources;
        this.store = store;
        this.ticker = ticker;
        this.engines = engines;
    }

    /** What is wrong with the settings and shows before models are opened or ports: where the models are to lie. */
    public static Optional<String> fault(WorkerOptions options) {
        return ModelRoots.fault(options.models()).map(fault -> "worker.models: " + fault);
    }

    /** How this verticle is to be deployed. */
    public static DeploymentOptions deployment() {
        return new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
    }

    @Override
    public Future<?> start() throws IOException {
        StageDirectory stages = new StageDirectory();
        Announcements announcements = new Announcements(vertx.eventBus(), stages::hear);
        Wishes wishes = new Wishes(store, announcements, options.control().poll(), vertx);
        Signatures signatures = new Signatures(
                name -> wishes.of(name).rollout().signature(),
                (name, text) -> wishes.changeAnyway(
                        name, wish -> wish.with(wish.rollout().knownAs(text))));
        ModelSources sources = new ModelSources(options.sources(), InstantSource.system(), ticker);
        sources.check();
        plugins = Plugins.in(options.plugins(), options.control().drainTimeout());
        fetching = new Fetching(sources, options.sources(), fetches, vertx);
        hidden = hidden(sources);
        between = new PipelineThreads(options.pipelines(), listeners.instances(), ticker);
        PipelineLoader pipelines = new PipelineLoader(
                new PipelineLoader.Means(
                        stages, signatures, listeners.batches(), between, DeclaredTransform.PREPARING, ticker),
                context);
        pipelines.with(plugins).whenWorthAnotherTry(model -> keeper.retryFailed(model));
        ModelLoader.Means means = new ModelLoader.Means(ticker, engines.get(), fetching, pipelines, vertx);
        loader = new ModelLoader(options, listeners, signatures, means).with(plugins);
        WaitingRoom room = new WaitingRoom((model, wanted) -> keeper.wake(model, wanted), ticker);
        vertx.deployVerticle(room).await();
        ModelSleep.Parts rest = new ModelSleep.Parts(options.control(), room, listeners.instances(), ticker, vertx);
        keeper = new ModelKeeper(loader, rest, announcements, context, this::forClients);
        ModelControl control = new ModelControl(options, keeper, wishes, fetching, vertx);
        control.begin();
        return vertx.eventBus()
                .<ModelCommand>localConsumer(
                        ModelCommand.ADDRESS,
                        // The bus hands over the next when this returns, and some must not wait for others.
                        command -> context.runOnContext(here -> command.reply(control.obey(command.body()))))
                .completion();
    }

    /** The batchers and instances, deployed from here, have been undeployed before this is called. */
    @Override
    public Future<?> stop() {
        fetching.close();
        keeper.close();
        loader.close();
        plugins.close();
        between.close();
        return Future.succeededFuture();
    }

    private List<Path> hidden(ModelSources sources) {
        List<Path> all = new ArrayList<>(options.models());
        sources.directory().ifPresent(all::add);
        return all;
    }

    /** Where the repository and the cache lie on this machine is nobody's business. */
    private String forClients(String reason) {
        String told = reason;
        for (Path root : hidden) {
            told = told.replace(root.toAbsolutePath() + File.separator, "").replace(root + File.separator, "");
        }
        return told;
    }
}

package dev.sluice.gateway;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.RateLimits;
import dev.sluice.gateway.cache.ResponseCache;
import dev.sluice.gateway.config.GatewayConfig;
import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.drift.Drift;
import dev.sluice.gateway.front.admin.AdminVerticle;
import dev.sluice.gateway.front.admin.ManagementFront;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.control.AuditLog;
import dev.sluice.gateway.front.control.Operations;
import dev.sluice.gateway.front.control.TrialKeeper;
import dev.sluice.gateway.front.djl.DjlManagement;
import dev.sluice.gateway.front.grpc.GrpcFront;
import dev.sluice.gateway.front.grpc.GrpcProtocol;
import dev.sluice.gateway.front.grpc.OpenInferenceProtocol;
import dev.sluice.gateway.front.http.Connections;
import dev.sluice.gateway.front.http.FrontLoops;
import dev.sluice.gateway.front.http.FrontTransport;
import dev.sluice.gateway.front.http.HttpVerticle;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.OtherFronts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileFronts;
import dev.sluice.gateway.front.http.SlowClients;
import dev.sluice.gateway.front.http.StreamFront;
import dev.sluice.gateway.front.tfs.grpc.TfsProtocol;
import dev.sluice.gateway.front.torchserve.TorchServeManagement;
import dev.sluice.gateway.front.ws.OpenStreams;
import dev.sluice.gateway.front.ws.WebSocketFront;
import dev.sluice.gateway.metrics.Metrics;
import dev.sluice.gateway.registry.Place;
import dev.sluice.gateway.registry.Registry;
import dev.sluice.gateway.security.AccessRules;
import dev.sluice.gateway.security.KeyWatch;
import dev.sluice.gateway.statistics.Statistics;
import dev.sluice.gateway.traffic.Agreements;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.transform.PictureUrls;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.Worker;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.OutputReport;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.settings.SettingsException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running gateway: the front, admission and dispatch, and the worker side in the same process.
 *
 * @thread started and stopped from any; what runs where is the business of the verticles
 * @errors starting fails when the file of keys is broken, the port cannot be had, the model repository or the registry
 *     cannot be read or there is no engine
 * @owns the Vert.x instance and everything deployed in it
 */
public final class Gateway {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** Often enough to send a bad candidate away within a moment; a look costs a few microseconds. */
    private static final Duration LOOK_AT_TRIALS = Duration.ofMillis(250);

    private final GatewayConfig config;
    private final Ticker ticker = Ticker.SYSTEM;
    private final Metrics metrics;
    private final Vertx vertx;
    private final AdmissionControl admission;
    private final ModelDirectory models = new ModelDirectory();
    private final Traffic traffic;
    private final Drift drift;
    private final Statistics statistics = new Statistics(InstantSource.system(), models::isLoaded);
    private final Connections connections;
    private final Optional<AccessRules> access;
    private final Optional<Registry> registry;
    private final TransformPool transforms;
    private final PictureUrls pictureUrls;
    private final ResponseCache cache;
    private final OpenStreams streams = new OpenStreams();
    private final ProfileFronts profiles;
    private final AtomicInteger port = new AtomicInteger();
    private final AtomicInteger grpcPort = new AtomicInteger();
    private final AtomicInteger adminPort = new AtomicInteger();
    private final Promise<Void> asked = Promise.promise();
    private final Shutdown shutdown;
    private volatile String workerDeployment = "";

    private Gateway(GatewayConfig config) {
        this.config = config;
        this.access = AccessRules.read(config.security());
        Place place = Place.of(
                config.registry(),
                config.worker().models().toString(),
                config.http().port());
        this.metrics = new Metrics(config.metrics(), models::isLoaded);
        this.traffic = new Traffic(models, ticker, metrics.trafficListener());
        this.drift = new Drift(models, config.worker().drift().minSamples(), ticker);
        this.admission = new AdmissionControl(
                config.admission(), new RateLimits(config.limits(), ticker, metrics.limitListener()), ticker);
        this.profiles = new ProfileFronts(config.compat(), Profiles.all(config, this::streams));
        this.transforms = new TransformPool(config.transform(), ticker);
        this.pictureUrls = new PictureUrls(config.pictureUrls(), InstantSource.system());
        this.cache = new ResponseCache(config.cache(), ticker, models::isServedBy, metrics.cacheListener());
        this.connections = new Connections(config.http(), ticker);
        this.vertx = metrics.install(Vertx.builder(), new VertxOptions())
                .withTransport(FrontTransport.create(connections))
                .build();
        this.registry =
                Registry.open(place, config.admin().isOn() || config.http().modelControl(), vertx);
        this.shutdown = new Shutdown(config.admission(), admission, connections, vertx);
    }

    /**
     * Starts one; complete when its socket is open and every model has been tried.
     *
     * @throws SettingsException when the file of keys is broken, or the registry is nowhere; a port that two are to
     *     have, and models that are to lie nowhere, fail its future with one
     */
    public static Future<Gateway> start(GatewayConfig config) {
        Gateway gateway = new Gateway(config);
        // Of no context: when starting has failed, every context is closed, and on a closed one nobody would hear of
        // it.
        Promise<Gateway> started = Promise.promise();
        gateway.deploy()
                .onSuccess(deployed -> started.complete(gateway))
                .onFailure(failure -> gateway.close().onComplete(closed -> started.fail(failure)));
        return started.future();
    }

    private Future<?> deploy() {
        Optional<String> fault = PortClash.of(config).or(() -> Worker.fault(config.worker()));
        if (fault.isPresent()) {
            return Future.failedFuture(new SettingsException(List.of(fault.get())));
        }
        ReferenceCodec.register(vertx.eventBus());
        watch();
        Worker worker = new Worker(
                config.worker(),
                new Worker.Listeners(
                        metrics.batchListener().and(statistics), metrics.instanceListener(), metrics.sourceListener()),
                registry.<WishStore>map(kept -> kept).orElse(WishStore.NONE),
                ticker);
        models.whenUnloaded(admission::forget);
        models.whenUnloaded(statistics::forget);
        models.whenUnloaded(metrics::forget);
        models.whenUnloaded(cache::forget);
        models.whenServed(cache::keepOnly);
        models.whenGone(metrics::forget);
        return models.listen(vertx.eventBus())
                .compose(listening -> listenToOutputs())
                .compose(listening -> watchKeys())
                .compose(ready -> AuditLog.open(
                        config.admin().auditLog(), registry.map(kept -> kept), vertx, InstantSource.system()))
                .compose(audit -> deploy(worker, parts(audit)));
    }

    /** Has the meters read what only is, and does not happen. */
    private void watch() {
        metrics.watch(admission::inFlight, models::all);
        metrics.watchTraffic(traffic::splits);
        metrics.watchDrift(drift::all);
        metrics.watchConnections(connections::open, connections::refused);
        FrontLoops loops = connections.loops();
        metrics.watchLoops(loops::lagNanos, loops::longTurns, loops::pausedConnections, loops::pauses);
        metrics.watchDoors(loops::doorsShut, loops::connectionsEndedEarly);
        metrics.watchStreams(streams::count);
        metrics.watchRefusals(admission::refusedUnread);
        SlowClients slow = connections.slowClients();
        metrics.watchSlowClients(slow::headsGivenUp, slow::answersGivenUp);
        metrics.watchMemory(admission.bodies()::heldBytes, slow::unsentBytes);
        metrics.watchTransforms(transforms::waiting, transforms::running, transforms::refused);
        for (TransformPool.Kind kind : TransformPool.Kind.values()) {
            metrics.watchTransformed(
                    kind.name().toLowerCase(Locale.ROOT), () -> transforms.count(kind), () -> transforms.nanos(kind));
        }
        metrics.watchCache(cache::bytes);
        metrics.watchQuotas(admission.rates()::quotasInUse);
    }

    private Future<Void> listenToOutputs() {
        return vertx.eventBus()
                .<OutputReport>localConsumer(OutputReport.ADDRESS, report -> drift.apply(report.body()))
                .completion();
    }

    /** Who started without it would let in for ever whose key is taken out. */
    private Future<?> watchKeys() {
        return access.isPresent()
                ? vertx.deployVerticle(new KeyWatch(access.get()), KeyWatch.deployment())
                : Future.succeededFuture();
    }

    private Future<?> deploy(Worker worker, FrontParts parts) {
        TrialKeeper trials = new TrialKeeper(traffic, drift, parts.operations(), ticker);
        vertx.setPeriodic(LOOK_AT_TRIALS.toMillis(), due -> trials.look());
        Future<?> open = deployAdmin(parts);
        return config.http().listenWhenReady()
                ? open.compose(listening -> deployWorker(worker)).compose(loaded -> deployFront(parts))
                : open.compose(listening -> deployFront(parts)).compose(ready -> deployWorker(worker));
    }

    private Future<?> deployAdmin(FrontParts parts) {
        if (!config.admin().isOn()) {
            return Future.succeededFuture();
        }
        ManagementFront management =
                switch (config.admin().profile()) {
                    case NONE -> ManagementFront.NONE;
                    case TORCHSERVE -> new TorchServeManagement();
                    case DJL_SERVING -> new DjlManagement();
                };
        return vertx.deployVerticle(
                new AdminVerticle(parts, config.http(), config.admin(), management, this::adminOpen));
    }

    private void adminOpen(int open) {
        adminPort.set(open);
        connections.keepRoomFor(open);
        LOG.info("operators are listened to on {}:{}", config.admin().host(), open);
    }

    private Future<?> deployWorker(Worker worker) {
        return vertx.deployVerticle(worker, Worker.deployment()).onSuccess(deployed -> {
            workerDeployment = deployed;
            models.markComplete();
        });
    }

    private FrontParts parts(AuditLog audit) {
        return new FrontParts(
                models,
                traffic,
                new Agreements(vertx),
                drift,
                admission,
                config.admission(),
                config.json(),
                metrics.requestListener().and(statistics),
                statistics,
                new Operations(new ModelCommands(vertx, models), audit, admission::isDraining, asked::tryComplete),
                metrics.page(),
                access,
                ticker,
                transforms,
                pictureUrls,
                cache,
                version());
    }

    private Future<String> deployFront(FrontParts parts) {
        int configured = config.http().frontLoops();
        int loops = configured > 0 ? configured : Runtime.getRuntime().availableProcessors();
        OtherFronts others = new OtherFronts(this::streams, this::grpc, profiles);
        return vertx.deployVerticle(
                        () -> new HttpVerticle(parts, config.http(), others, port::set),
                        new DeploymentOptions().setInstances(loops))
                .onSuccess(open -> logFurtherPorts());
    }

    private void logFurtherPorts() {
        if (grpcPort() != 0) {
            LOG.info("gRPC listens on port {}", grpcPort());
        }
        for (int place = 0; place < profilePorts().size(); place++) {
            Profile profile = config.compat().ports().get(place).profile();
            LOG.info("{} listens on port {}", profile, profilePorts().get(place));
        }
    }

    private StreamFront streams(Serving serving) {
        return new WebSocketFront(serving, config.websocket(), config.http(), streams);
    }

    private GrpcFront grpc(LoopParts loop) {
        GrpcProtocol v2 = new OpenInferenceProtocol();
        boolean both = config.compat().profile() == Profile.TENSORFLOW_SERVING;
        return new GrpcFront(loop, config.grpc(), both ? List.of(v2, new TfsProtocol()) : List.of(v2), grpcPort::set);
    }

    /** The port that the HTTP front listens on. */
    public int port() {
        return port.get();
    }

    /** The port that gRPC has for itself; 0 where it shares that of HTTP. */
    public int grpcPort() {
        return grpcPort.get();
    }

    /** The ports of {@code compat.listeners}, in their order. */
    public List<Integer> profilePorts() {
        return profiles.ports();
    }

    /** The port that operators are listened to on; 0 where there is none. */
    public int adminPort() {
        return adminPort.get();
    }

    /** Complete when an operator has asked for it to be stopped; whoever started it does that. */
    public Future<Void> askedToStop() {
        return asked.future();
    }

    public long readyModels() {
        return models.all().stream().filter(ModelReport::takesRequests).count();
    }

    /**
     * Says that it is not ready and gives balancers {@code admission.drain_delay} to notice; then closes the port,
     * waits for what is being answered but no longer than {@code admission.drain_timeout}, answers the rest with 503,
     * and closes everything. Called again, it does not wait for balancers any more.
     */
    public Future<Void> stop() {
        return shutdown.begin(() -> vertx.undeploy(workerDeployment), this::close);
    }

    private Future<Void> close() {
        transforms.close();
        pictureUrls.close();
        return registry.map(Registry::close).orElse(Future.succeededFuture()).transform(closed -> vertx.close());
    }

    static String version() {
        String version = Gateway.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}

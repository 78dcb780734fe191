package dev.sluice.gateway.fake;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.cache.CacheListener;
import dev.sluice.gateway.cache.CacheOptions;
import dev.sluice.gateway.cache.ResponseCache;
import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.drift.Drift;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.control.AuditLog;
import dev.sluice.gateway.front.control.Operations;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.traffic.Agreements;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.transform.PictureUrlOptions;
import dev.sluice.gateway.transform.PictureUrls;
import dev.sluice.gateway.transform.TransformOptions;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.Optional;

/** What fronts share, for tests of one of them: real parts, without keys, pages and statistics. */
public final class Fronts {

    private Fronts() {}

    public static FrontParts parts(
            Vertx vertx, ModelDirectory models, Traffic traffic, AdmissionControl admission, AdmitOptions options) {
        return new FrontParts(
                models,
                traffic,
                new Agreements(vertx),
                new Drift(models, 500, Ticker.SYSTEM),
                admission,
                options,
                JsonOptions.STRICT,
                RequestListener.NONE,
                model -> {
                    throw new AssertionError("nobody asks for statistics");
                },
                new Operations(
                        new ModelCommands(vertx, models),
                        Crossing.resultOnLoop(
                                vertx.getOrCreateContext(),
                                () -> AuditLog.open(AuditLog.NONE, Optional.empty(), vertx, InstantSource.system())),
                        () -> false,
                        () -> {}),
                Optional.empty(),
                Optional.empty(),
                Ticker.SYSTEM,
                new TransformPool(new TransformOptions(1, 1, 1), Ticker.SYSTEM),
                new PictureUrls(Settings.of(PictureUrlOptions.class).load(), InstantSource.system()),
                new ResponseCache(
                        new CacheOptions(1 << 20, 1 << 20),
                        Ticker.SYSTEM,
                        (model, loading) -> true,
                        CacheListener.NONE),
                "test");
    }
}

package dev.sluice.gateway.security;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.util.concurrent.TimeUnit;

/**
 * Looks after the file of keys: nobody tells a process that a file has changed, on every system and file system.
 *
 * @thread control (virtual)
 */
public final class KeyWatch extends VerticleBase {

    private static final long LOOK_MILLIS = TimeUnit.SECONDS.toMillis(1);

    private final AccessRules rules;

    public KeyWatch(AccessRules rules) {
        this.rules = rules;
    }

    /** On a thread that may read files. */
    public static DeploymentOptions deployment() {
        return new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
    }

    @Override
    public Future<?> start() {
        vertx.setPeriodic(LOOK_MILLIS, due -> rules.look());
        return Future.succeededFuture();
    }
}

package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.ThreadRank;
import io.vertx.core.impl.VertxThread;
import io.vertx.core.spi.VertxThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Threads of Vert.x: event loops ask for a core before whatever else this process does, for all that is answered waits for
 * them, and a turn of theirs is short.
 *
 * <p>What carries virtual threads is begun by whoever has work for one, which may be a loop, and does not go first with
 * it.
 *
 * @thread any; found by Vert.x as a service
 */
public final class LoopThreads implements VertxThreadFactory {

    static {
        ThreadRank.USUAL.boundCarriers();
    }

    @Override
    public VertxThread newVertxThread(
            Runnable target, String name, boolean worker, long maxExecTime, TimeUnit maxExecTimeUnit) {
        VertxThread thread =
                VertxThreadFactory.super.newVertxThread(target, name, worker, maxExecTime, maxExecTimeUnit);
        (worker ? ThreadRank.USUAL : ThreadRank.LOOP).give(thread);
        return thread;
    }
}

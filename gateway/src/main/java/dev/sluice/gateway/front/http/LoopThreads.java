package dev.sluice.gateway.front.http;

import io.vertx.core.impl.VertxThread;
import io.vertx.core.spi.VertxThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Threads of Vert.x: event loops ask for a core before whatever else this process does, for all that is answered waits for
 * them, and a turn of theirs is short.
 *
 * <p>Linux heeds that with {@code -XX:ThreadPriorityPolicy=1} only. Nothing relies on it. A thread that a loop begins
 * would have the loop's priority: those that compute or fetch have theirs by name. What carries virtual threads has the
 * priority of whoever it was begun by.
 *
 * @thread any; found by Vert.x as a service
 */
public final class LoopThreads implements VertxThreadFactory {

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: where cores are scarce, turns are shorter
    public VertxThread newVertxThread(
            Runnable target, String name, boolean worker, long maxExecTime, TimeUnit maxExecTimeUnit) {
        VertxThread thread =
                VertxThreadFactory.super.newVertxThread(target, name, worker, maxExecTime, maxExecTimeUnit);
        thread.setPriority(worker ? Thread.NORM_PRIORITY : Thread.MAX_PRIORITY);
        return thread;
    }
}

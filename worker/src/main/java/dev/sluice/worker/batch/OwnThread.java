package dev.sluice.worker.batch;

import org.jspecify.annotations.Nullable;

/**
 * The one thread that something is confined to: the first that uses it.
 *
 * @thread asked on any, in assertions
 */
final class OwnThread {

    private @Nullable Thread owner;

    boolean isHere() {
        if (owner == null) {
            owner = Thread.currentThread();
        }
        return owner.equals(Thread.currentThread());
    }
}

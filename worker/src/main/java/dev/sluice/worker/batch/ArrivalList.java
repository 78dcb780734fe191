package dev.sluice.worker.batch;

import org.jspecify.annotations.Nullable;

/**
 * Requests in the order of their coming, any of which can leave in O(1).
 *
 * @thread owned by the batcher loop
 */
final class ArrivalList {

    private @Nullable QueuedRequest oldest;
    private @Nullable QueuedRequest newest;

    @Nullable
    QueuedRequest oldest() {
        return oldest;
    }

    void add(QueuedRequest queued) {
        queued.older = newest;
        if (newest == null) {
            oldest = queued;
        } else {
            newest.newer = queued;
        }
        newest = queued;
    }

    void remove(QueuedRequest queued) {
        QueuedRequest older = queued.older;
        QueuedRequest newer = queued.newer;
        if (older == null) {
            oldest = newer;
        } else {
            older.newer = newer;
        }
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        queued.older = null;
        queued.newer = null;
    }
}

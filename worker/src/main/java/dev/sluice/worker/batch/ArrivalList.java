package dev.sluice.worker.batch;

import org.jspecify.annotations.Nullable;

/**
 * Requests in the order of their coming, any of which can leave in O(1).
 *
 * @thread owned by the batcher loop
 * @bound adding is O(1) for newcomers, and O(those that have waited longer) for what follows a piece of its request
 */
final class ArrivalList {

    private @Nullable QueuedRequest oldest;
    private @Nullable QueuedRequest newest;

    @Nullable
    QueuedRequest oldest() {
        return oldest;
    }

    void add(QueuedRequest queued) {
        QueuedRequest older = newest;
        if (older != null && older.ordinal > queued.ordinal) {
            older = null;
            for (QueuedRequest each = oldest; each != null && each.ordinal < queued.ordinal; each = each.newer) {
                older = each;
            }
        }
        insert(older, queued, older == null ? oldest : older.newer);
    }

    private void insert(@Nullable QueuedRequest older, QueuedRequest queued, @Nullable QueuedRequest newer) {
        queued.older = older;
        queued.newer = newer;
        if (older == null) {
            oldest = queued;
        } else {
            older.newer = queued;
        }
        if (newer == null) {
            newest = queued;
        } else {
            newer.older = queued;
        }
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

package dev.sluice.worker.batch;

import dev.sluice.worker.contract.Ticker;
import java.util.function.Consumer;

/**
 * The instances of a model that shares its device with others: a batch runs when an instance is idle and the model has
 * a place.
 *
 * <p>The place of a batch that comes back is kept until the batcher has looked at its queue again, for only then is it
 * known whether the model wants another turn, and so whose it is.
 *
 * @thread owned by the batcher loop
 * @bound one place for each batch that runs
 */
public final class SharedInstances implements BatchRunner {

    private final BatchRunner instances;
    private final DeviceShare share;
    private final Ticker ticker;
    private long claimedNanos;

    public SharedInstances(BatchRunner instances, DeviceShare share, Ticker ticker) {
        this.instances = instances;
        this.share = share;
        this.ticker = ticker;
    }

    /** No more than have a place; but one at least, or the model would never ask for its turn. */
    @Override
    public int idleInstances() {
        return Math.min(instances.idleInstances(), Math.max(1, share.freePlaces()));
    }

    @Override
    public boolean claim(long expectedNanos) {
        claimedNanos = expectedNanos;
        return instances.claim(expectedNanos) && share.take(expectedNanos);
    }

    @Override
    public void unclaim() {
        share.end(claimedNanos, 0);
        share.pass();
    }

    @Override
    public void run(Batch batch, Consumer<BatchResult> done) {
        long expectedNanos = claimedNanos;
        long startNanos = ticker.nanos();
        instances.run(batch, result -> {
            share.end(expectedNanos, ticker.nanos() - startNanos);
            try {
                done.accept(result);
            } finally {
                share.pass();
            }
        });
    }
}

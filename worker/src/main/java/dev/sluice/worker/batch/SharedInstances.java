package dev.sluice.worker.batch;

import dev.sluice.worker.contract.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The instances of a model that shares its device with others: a batch runs when an instance is idle and the model has
 * a place.
 *
 * <p>The place of a batch that comes back is kept until the batcher has looked at its queue again, for only then is it
 * known whether the model wants another turn, and so whose it is. A run that takes far longer than expected may never
 * end, and goes on without a place, so that stuck calls of one model do not keep the device from all others.
 *
 * @thread owned by the batcher loop
 * @bound one place for each batch that runs, unless it is overdue
 */
public final class SharedInstances implements BatchRunner {

    /** A run counts as overdue beyond that many times what was expected of it, but not within {@link #NEVER_OVERDUE}. */
    private static final int OVERDUE = 4;

    private static final long NEVER_OVERDUE = TimeUnit.SECONDS.toNanos(1);

    private final BatchRunner instances;
    private final DeviceShare share;
    private final Ticker ticker;
    private final List<Turn> turns = new ArrayList<>();
    private long claimedNanos;

    public SharedInstances(BatchRunner instances, DeviceShare share, Ticker ticker) {
        this.instances = instances;
        this.share = share;
        this.ticker = ticker;
    }

    /** A run, and the place it has unless it is overdue. */
    private final class Turn {

        private final long expectedNanos = claimedNanos;
        private long chargedUntilNanos = ticker.nanos();
        private boolean hasPlace = true;

        /** Nothing is known of the first run of a model that was not warmed up, so nothing is expected of it. */
        boolean isOverdue(long nowNanos) {
            long taken = nowNanos - chargedUntilNanos;
            return hasPlace && expectedNanos > 0 && taken > NEVER_OVERDUE && taken / OVERDUE > expectedNanos;
        }

        void end(long nowNanos) {
            long taken = nowNanos - chargedUntilNanos;
            chargedUntilNanos = nowNanos;
            if (hasPlace) {
                hasPlace = false;
                share.end(expectedNanos, taken);
            } else {
                share.charge(taken);
            }
        }
    }

    /** No more than have a place; but one at least, or the model would never ask for its turn. */
    @Override
    public int idleInstances() {
        return Math.min(instances.idleInstances(), Math.max(1, share.freePlaces()));
    }

    @Override
    public boolean hasPlace() {
        return share.freePlaces() > 0;
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
        Turn turn = new Turn();
        turns.add(turn);
        instances.run(batch, result -> {
            turns.remove(turn);
            turn.end(ticker.nanos());
            try {
                done.accept(result);
            } finally {
                share.pass();
            }
        });
    }

    @Override
    public void withdraw(Batch batch) {
        instances.withdraw(batch);
    }

    /** Whether there is a run that may become overdue, or is. */
    public boolean isRunning() {
        return !turns.isEmpty();
    }

    /**
     * Has runs that are overdue give back their places, for they may be stuck; to be called from time to time.
     *
     * @return whether there were any: their places are at hand, to be taken by the batcher or passed on
     */
    public boolean yieldOverdue() {
        long now = ticker.nanos();
        List<Turn> overdue = turns.stream().filter(turn -> turn.isOverdue(now)).toList();
        overdue.forEach(turn -> turn.end(now));
        return !overdue.isEmpty();
    }
}

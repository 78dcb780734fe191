package dev.sluice.worker.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The places of one device, and whose turn it is when its models want more of them than there are.
 *
 * <p>A batch runs on a place. As long as one is free, whoever wants it has it. Otherwise models stand in line, and a
 * place that comes back goes to the one that will have had least device time for its weight when its next run is over.
 * A run is charged with what it is expected to take when it begins, and put right when it ends. Who comes into the line
 * starts where the clock stands, so nobody saves up by staying away, and nobody pays later for a device that nobody
 * else wanted.
 *
 * <p>A run that is short against those under way does not wait for them when its model is next: it begins beside them,
 * and the first place that comes back pays for it. The operating system divides the cores between them meanwhile, which
 * costs the long ones little and saves the short one nearly all of its time.
 *
 * @thread any; every call holds the lock for a few comparisons, never while a batch is formed or runs. Only who stood
 *     in line is called, so with places enough a run costs the lock and no message
 * @units device time in nanoseconds, for a weight of 1
 * @bound runs: twice the places, and those that are overdue; the line has each model once, and to find the next is to look at all of it
 * @source Fair queueing in the order of finish, with the clock of start-time fair queueing (Goyal, Vin, Cheng 1996)
 */
public final class DeviceTurns {

    /** A run counts as short up to that part of the mean run under way; the simulator's choice. */
    private static final double SHORT = 0.25;

    /**
     * What a model brings to its device.
     *
     * @param weight how much device time it is due, compared with the others
     */
    public record Stake(DeviceTurns device, double weight) {

        /**
         * @param whenGranted called on any thread when a place has come for which the model stood in line; what it does
         *     not use it is to pass on
         */
        public DeviceShare join(Runnable whenGranted) {
            return new DeviceShare(device, weight, whenGranted);
        }
    }

    private final int places;
    private final Object lock = new Object();

    /** Whoever came first stands first; nobody while a place is free. */
    private final List<DeviceShare> line = new ArrayList<>();

    /** Less than 0 while short runs are under way beyond the places; changed under the lock and read without. */
    private final AtomicInteger free;

    private double clock;
    private int running;
    private long runningNanos;

    /** @param places how many batches may run at one time, short ones apart */
    public DeviceTurns(int places) {
        this.places = places;
        this.free = new AtomicInteger(places);
    }

    /** How many places nobody has; there may be more or fewer by the time that this is read. */
    public int free() {
        return free.get();
    }

    /** Takes a place for a run if it is the share's turn; otherwise it stands in line from now on. */
    boolean take(DeviceShare share, long expectedNanos) {
        DeviceShare next;
        synchronized (lock) {
            if (share.hasLeft) {
                return false;
            }
            if (share.granted == 0) {
                stand(share, expectedNanos);
                next = offer(share);
                if (next == null && isShort(expectedNanos) && nextInLine() == share) {
                    free.decrementAndGet();
                    grant(share);
                }
            } else {
                next = share;
            }
            if (share.granted > 0) {
                begin(share, expectedNanos);
                return true;
            }
        }
        tell(next);
        return false;
    }

    private void stand(DeviceShare share, long expectedNanos) {
        if (share.isAway) {
            share.isAway = false;
            share.due = Math.max(share.due, clock);
        }
        share.wanted = expectedNanos / share.weight();
        if (!line.contains(share)) {
            line.add(share);
        }
    }

    /** The place that the share has at hand, or a free one, goes to whoever is next. */
    private @Nullable DeviceShare offer(DeviceShare share) {
        if (share.atHand > 0) {
            share.atHand--;
        } else if (free.get() > 0) {
            free.decrementAndGet();
        } else {
            return null;
        }
        return handOn();
    }

    private boolean isShort(long expectedNanos) {
        return expectedNanos > 0 && free.get() > -places && expectedNanos * (double) running < SHORT * runningNanos;
    }

    private void begin(DeviceShare share, long expectedNanos) {
        share.granted--;
        share.running++;
        share.runningNanos += expectedNanos;
        share.due += expectedNanos / share.weight();
        running++;
        runningNanos += expectedNanos;
    }

    /** Gives a place to whose turn it is, or to nobody. */
    private @Nullable DeviceShare handOn() {
        if (free.get() < 0 || line.isEmpty()) {
            free.incrementAndGet();
            return null;
        }
        DeviceShare next = nextInLine();
        grant(next);
        return next;
    }

    private DeviceShare nextInLine() {
        DeviceShare next = line.getFirst();
        for (DeviceShare other : line) {
            if (other.due + other.wanted < next.due + next.wanted) {
                next = other;
            }
        }
        return next;
    }

    private void grant(DeviceShare next) {
        line.remove(next);
        clock = Math.max(clock, next.due);
        next.granted++;
    }

    private static void tell(@Nullable DeviceShare granted) {
        if (granted != null) {
            granted.whenGranted().run();
        }
    }

    /** A run is over, and its place at hand. */
    void end(DeviceShare share, long expectedNanos, long takenNanos) {
        synchronized (lock) {
            if (!share.hasLeft) {
                running--;
                runningNanos -= expectedNanos;
                share.running--;
                share.runningNanos -= expectedNanos;
                share.atHand++;
                share.due += (takenNanos - expectedNanos) / share.weight();
            }
        }
    }

    /** Time that a run has taken since it gave its place back. */
    void charge(DeviceShare share, long nanos) {
        synchronized (lock) {
            share.due += nanos / share.weight();
        }
    }

    /** Hands on what is at hand; whoever does so wants nothing more for now. */
    void pass(DeviceShare share) {
        List<DeviceShare> granted = new ArrayList<>();
        synchronized (lock) {
            share.atHand += share.granted;
            share.granted = 0;
            if (share.atHand > 0) {
                line.remove(share);
            }
            for (; share.atHand > 0; share.atHand--) {
                DeviceShare next = handOn();
                if (next != null) {
                    granted.add(next);
                }
            }
            share.isAway = !line.contains(share);
        }
        granted.forEach(DeviceTurns::tell);
    }

    /** Gives back everything, that on which batches still run included. */
    void leave(DeviceShare share) {
        synchronized (lock) {
            share.hasLeft = true;
            line.remove(share);
            running -= share.running;
            runningNanos -= share.runningNanos;
            share.atHand += share.running;
            share.running = 0;
            share.runningNanos = 0;
        }
        pass(share);
    }
}

package dev.sluice.worker.batch.sim;

import dev.sluice.worker.batch.DeviceTurns;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Several models on one device in virtual time. The device has cores; runs beyond their number share them evenly, as
 * under an operating system that switches between threads for nothing and at every moment.
 */
final class SharedDevice {

    private static final long NEVER = Long.MAX_VALUE;

    /** A run that has so much of one core still before it. */
    private static final class Run {
        final LongConsumer ended;
        final long startedNanos;
        double leftNanos;

        Run(double leftNanos, long startedNanos, LongConsumer ended) {
            this.leftNanos = leftNanos;
            this.startedNanos = startedNanos;
            this.ended = ended;
        }
    }

    private final int cores;
    private final DeviceTurns turns;
    private final Random random;
    private final List<Run> runs = new ArrayList<>();
    private final List<SharedModel> models = new ArrayList<>();
    private final List<Runnable> soon = new ArrayList<>();
    private long now;

    /** @param places how many runs there may be at one time */
    SharedDevice(int cores, int places, long seed) {
        this.cores = cores;
        this.turns = new DeviceTurns(places);
        this.random = new Random(seed);
    }

    SharedModel add(Scenario.Model model, int instances, double perSecond) {
        SharedModel added = new SharedModel(this, model, instances, 1e9 / perSecond);
        models.add(added);
        return added;
    }

    void play(long untilNanos) {
        while (now < untilNanos) {
            if (!soon.isEmpty()) {
                soon.removeFirst().run();
                continue;
            }
            double speed = Math.min(1, (double) cores / Math.max(1, runs.size()));
            Run first = firstToEnd();
            long ends = first == null ? NEVER : now + (long) Math.ceil(first.leftNanos / speed);
            SharedModel next = firstToHappen();
            long to = Math.min(ends, next.happensAt());
            for (Run run : runs) {
                run.leftNanos -= (to - now) * speed;
            }
            now = to;
            if (first != null && ends == to) {
                runs.remove(first);
                first.ended.accept(now - first.startedNanos);
            } else {
                next.happen();
            }
        }
    }

    private @Nullable Run firstToEnd() {
        Run first = null;
        for (Run run : runs) {
            if (first == null || run.leftNanos < first.leftNanos) {
                first = run;
            }
        }
        return first;
    }

    private SharedModel firstToHappen() {
        SharedModel first = models.getFirst();
        for (SharedModel model : models) {
            if (model.happensAt() < first.happensAt()) {
                first = model;
            }
        }
        return first;
    }

    void run(long nanos, LongConsumer ended) {
        runs.add(new Run((double) nanos, now, ended));
    }

    /** Afterwards, at the same moment: as a message to another loop. */
    void soon(Runnable message) {
        soon.add(message);
    }

    DeviceTurns turns() {
        return turns;
    }

    long now() {
        return now;
    }

    Random random() {
        return random;
    }
}

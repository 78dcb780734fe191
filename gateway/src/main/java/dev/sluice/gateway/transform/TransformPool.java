package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ThreadRank;
import dev.sluice.worker.contract.Ticker;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that make tensors of what people send, and of large outputs what people read, which an event loop must not
 * do: a large picture takes half a second.
 *
 * <p>Answers go before all that waits, for a model has run for them, and each takes a part of the time that a picture
 * does; otherwise what came first goes first.
 *
 * @thread asked from any; its threads begin with the first work, and end when there has been none for a minute
 * @bound {@code transform.threads} at one time, and as many of users' own classes beside them;
 *     {@code transform.max_queue} that wait, more where all of them are expected to take less than so many pictures
 *     usually do: {@value #MOST_TIMES} times that at most, and as many again of answers
 * @errors Overloaded beyond that, until as much is done as waits
 */
public final class TransformPool implements AutoCloseable {

    private static final long FIRST_GUESS_NANOS = 10_000_000;
    private static final int REMEMBERED = 10;
    private static final int MOST_TIMES = 16;

    private final TransformOptions options;
    private final Ticker ticker;
    private final Lane lane;

    /** Of users' own classes, none of which may keep others from a thread. */
    private final Lane users;

    private final Map<Kind, Spent> spent = new EnumMap<>(Kind.class);
    private final LongAdder refused = new LongAdder();

    /** What is transformed; how long it takes is measured for each. */
    public enum Kind {
        PICTURE,
        TEXT,
        AUDIO,
        /** Whatever a user's own class takes. */
        PLUGIN,
        /** Outputs, of which a model's run has been spent already: they go first, and are refused last. */
        ANSWER
    }

    /** What those of one kind have taken. */
    private record Spent(AtomicLong meanNanos, LongAdder count, LongAdder nanos) {}

    /**
     * What waits for a thread.
     *
     * @param place among those of its kind
     * @thread any
     */
    private record Waiting(boolean first, long place, Runnable work) implements Runnable, Comparable<Waiting> {

        @Override
        public void run() {
            work.run();
        }

        @Override
        public int compareTo(Waiting other) {
            return first == other.first ? Long.compare(place, other.place) : first ? -1 : 1;
        }
    }

    /**
     * Threads, and what waits for them.
     *
     * @thread any
     */
    private static final class Lane {

        private final ThreadPoolExecutor threads;
        private final Semaphore places;
        private final AtomicLong came = new AtomicLong();
        private final AtomicLong waitingNanos = new AtomicLong();

        Lane(TransformOptions options, String name) {
            this.places = new Semaphore(options.maxQueue() * MOST_TIMES * 2 + options.threadCount());
            this.threads = ThreadRank.LAST.pool(name, options.threadCount(), new PriorityBlockingQueue<>());
        }

        int waiting() {
            return threads.getQueue().size();
        }
    }

    public TransformPool(TransformOptions options, Ticker ticker) {
        this.options = options;
        this.ticker = ticker;
        for (Kind kind : Kind.values()) {
            spent.put(kind, new Spent(new AtomicLong(FIRST_GUESS_NANOS), new LongAdder(), new LongAdder()));
        }
        this.lane = new Lane(options, "sluice-transform-");
        this.users = new Lane(options, "sluice-plugin-");
    }

    public TransformOptions options() {
        return options;
    }

    /**
     * Has that work done, or says why it will not be.
     *
     * @param kind of what is transformed
     * @param work says whether it has been: what is dropped or refused takes no time, and tells nobody how
     *     long to wait; it must not throw
     */
    public @Nullable InferenceError begin(Kind kind, BooleanSupplier work) {
        Lane its = kind == Kind.PLUGIN ? users : lane;
        boolean full = kind != Kind.ANSWER && isFull(its);
        return full || !isTaken(kind, its, work) ? refusal(its) : null;
    }

    /** As many places again are for answers alone. */
    private boolean isFull(Lane its) {
        int waiting = its.waiting();
        return waiting >= options.maxQueue() * MOST_TIMES
                || (waiting >= options.maxQueue() && its.waitingNanos.get() >= FIRST_GUESS_NANOS * options.maxQueue());
    }

    private Spent spent(Kind kind) {
        return Objects.requireNonNull(spent.get(kind), "each has one");
    }

    /** What it is expected to take counts until it begins, whatever others of its kind have taken by then. */
    private boolean isTaken(Kind kind, Lane its, BooleanSupplier work) {
        if (!its.places.tryAcquire()) {
            return false;
        }
        Spent ofKind = spent(kind);
        long expected = ofKind.meanNanos.get();
        its.waitingNanos.addAndGet(expected);
        try {
            its.threads.execute(new Waiting(kind == Kind.ANSWER, its.came.getAndIncrement(), () -> {
                its.waitingNanos.addAndGet(-expected);
                try {
                    measured(ofKind, work);
                } finally {
                    its.places.release();
                }
            }));
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError closed) { // or no memory for a thread
            its.waitingNanos.addAndGet(-expected);
            its.places.release();
            return false;
        }
    }

    private InferenceError refusal(Lane its) {
        refused.increment();
        return InferenceError.Overloaded.until(
                its.waiting() + " requests and answers wait to be transformed (transform.max_queue)",
                (double) its.waitingNanos.get() / options.threadCount());
    }

    /** Two threads that end at one time may lose one of their times, which a mean survives. */
    private void measured(Spent ofKind, BooleanSupplier work) {
        long start = ticker.nanos();
        if (work.getAsBoolean()) {
            long nanos = ticker.nanos() - start;
            long mean = ofKind.meanNanos.get();
            ofKind.meanNanos.set(mean + (nanos - mean) / REMEMBERED);
            ofKind.nanos.add(nanos);
            ofKind.count.increment();
        }
    }

    /** How many wait for a thread. */
    public int waiting() {
        return lane.waiting() + users.waiting();
    }

    /** How many have one. */
    public int running() {
        return lane.threads.getActiveCount() + users.threads.getActiveCount();
    }

    /** How many of that kind have been transformed. */
    public long count(Kind kind) {
        return spent(kind).count.sum();
    }

    /** How long that took. */
    public long nanos(Kind kind) {
        return spent(kind).nanos.sum();
    }

    /** How many were refused because too many waited. */
    public long refused() {
        return refused.sum();
    }

    /** Begins nothing more; what waits is dropped with the connections that wait for it. */
    @Override
    public void close() {
        lane.threads.shutdownNow();
        users.threads.shutdownNow();
    }
}

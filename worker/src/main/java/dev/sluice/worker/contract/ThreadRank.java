package dev.sluice.worker.contract;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who goes first where cores are scarce: event loops before all others, and what computes for long behind them. A
 * thread of which it is not said has the rank of whoever begins it, which may be a loop; so all threads of ours are made
 * here.
 *
 * <p>Linux heeds it with {@code -XX:ThreadPriorityPolicy=1} only, and nothing relies on it.
 *
 * @thread any
 */
public enum ThreadRank {
    /** All that is answered waits for it, and a turn of it is short. */
    LOOP(Thread.MAX_PRIORITY),

    /** Waits for others, or is waited for. */
    USUAL(Thread.NORM_PRIORITY),

    /** Computes what no loop may. */
    LAST(Thread.MIN_PRIORITY);

    private static final long IDLE_SECONDS = 60;
    private static final String CARRIERS = "CarrierThreads";

    private final int priority;

    ThreadRank(int priority) {
        this.priority = priority;
    }

    /** A thread that keeps no process alive, and has not begun. */
    public Thread thread(String name, Runnable work) {
        Thread made = Thread.ofPlatform().daemon().name(name).unstarted(work);
        give(made);
        return made;
    }

    /** Makes such threads, whose names end in a number. */
    public ThreadFactory threads(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return work -> thread(prefix + number.getAndIncrement(), work);
    }

    /**
     * Such threads, which begin with the first work, and end when there has been none for a minute.
     *
     * @param most at one time
     * @param waiting what waits for one of them
     */
    public ThreadPoolExecutor pool(String prefix, int most, BlockingQueue<Runnable> waiting) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(most, most, IDLE_SECONDS, TimeUnit.SECONDS, waiting, threads(prefix));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** For a thread that somebody else has made. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it
    public void give(Thread thread) {
        thread.setPriority(priority);
    }

    /**
     * What carries virtual threads has this rank at most, whoever begins it: the runtime makes those threads, and all of
     * them in one group.
     */
    public void boundCarriers() {
        Thread.ofVirtual().start(() -> {}); // with the first of them the group is there
        ThreadGroup top = Thread.currentThread().getThreadGroup();
        while (top.getParent() != null) {
            top = top.getParent();
        }
        ThreadGroup[] groups = new ThreadGroup[2 * top.activeGroupCount() + 1];
        int count = top.enumerate(groups, false);
        for (int i = 0; i < count; i++) {
            if (groups[i].getName().equals(CARRIERS)) {
                groups[i].setMaxPriority(priority);
            }
        }
    }
}

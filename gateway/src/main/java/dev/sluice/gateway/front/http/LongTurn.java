package dev.sluice.gateway.front.http;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/**
 * A turn of a front loop that took long, in a recording of the JVM: beside it lie the collector's pauses and what threads
 * did. Its CPU time tells a loop that had much to do from one that was stopped, or had no core.
 *
 * <p>It costs two looks at the thread's clock for each turn while such a recording runs, and nothing otherwise.
 *
 * @thread made and told on the loop
 */
@Name("dev.sluice.LongTurn")
@Label("Long Turn")
@Category("Sluice")
@Description("A turn of a front loop that took 5 ms or longer; it ended when this was told")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the recording reads them
final class LongTurn extends Event {

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final LongTurn ANY = new LongTurn(0, 0);

    @Label("By the Clock")
    @Timespan(Timespan.NANOSECONDS)
    final long took;

    @Label("CPU Time")
    @Timespan(Timespan.NANOSECONDS)
    final long cpu;

    private LongTurn(long took, long cpu) {
        this.took = took;
        this.cpu = cpu;
    }

    /** What the thread has used so far; 0 while nobody records. */
    static long cpuNanos() {
        return ANY.isEnabled() ? THREADS.getCurrentThreadCpuTime() : 0;
    }

    /** @param cpuNanos at its beginning */
    static void tell(long took, long cpuNanos) {
        if (cpuNanos > 0) {
            new LongTurn(took, cpuNanos() - cpuNanos).commit();
        }
    }
}

package dev.sluice.worker;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What native code has freed and the C library still holds.
 *
 * <p>The engine's models are many blocks of all sizes, and glibc gives the system back only what lies at the end of an
 * arena: each model that comes and goes would leave some of it behind, for good.
 *
 * @thread any that may wait: some milliseconds, in which who allocates native memory may wait for one arena
 * @errors none: where the JVM or the C library knows no such thing, nothing happens
 */
final class NativeHeap {

    private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);

    private NativeHeap() {}

    /** Gives it back to the system; false where that is not possible. */
    static boolean trim() {
        try {
            ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
            Object said = ManagementFactory.getPlatformMBeanServer()
                    .invoke(commands, "systemTrimNativeHeap", new Object[0], new String[0]);
            LOG.debug("{}", said);
            return true;
        } catch (JMException | RuntimeException unknownHere) {
            LOG.debug("the native heap cannot be trimmed: {}", unknownHere.toString());
            return false;
        }
    }
}

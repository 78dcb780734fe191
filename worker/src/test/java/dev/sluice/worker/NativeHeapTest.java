package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The JVM's command has the name that we call it by. */
class NativeHeapTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void isTrimmedWhereTheSystemCan() {
        assertTrue(NativeHeap.trim());
    }
}

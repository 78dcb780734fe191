package dev.sluice.loadtest.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

final class ServerMetricsTest {

    private static final ServerMetrics METRICS = ServerMetrics.parse("""
            # HELP sluice_batch_rows rows
            # TYPE sluice_batch_rows histogram
            sluice_batch_rows_bucket{model="mlp",version="1",le="1.0"} 3
            sluice_batch_rows_count{model="mlp",version="1"} 4
            sluice_batch_rows_count{model="mlp",version="2"} 2
            sluice_batch_rows_count{model="odd \\"}name",version="1"} 7.0
            other{the_model="mlp"} 1
            process_cpu_time_ns_total 1.5E9
            jvm_memory_used_bytes{area="heap",id="G1 Eden Space"} 100.0
            jvm_memory_used_bytes{area="heap",id="G1 Old Gen"} 11.0
            jvm_memory_used_bytes{area="nonheap",id="Metaspace"} 1000.0
            jvm_buffer_memory_used_bytes{id="direct"} 42.0
            """);

    @Test
    void samplesAreAddedUpByNameAndLabels() {
        assertEquals(13, METRICS.total("sluice_batch_rows_count"));
        assertEquals(6, METRICS.total("sluice_batch_rows_count", "model=\"mlp\""));
        assertEquals(2, METRICS.total("sluice_batch_rows_count", "model=\"mlp\"", "version=\"2\""));
        assertEquals(0, METRICS.total("other", "model=\"mlp\""), "not a part of another label's name");
        assertEquals(0, METRICS.total("sluice_batch_rows"));
    }

    @Test
    void memoryIsThatOfTheHeapAndOfDirectBuffers() {
        assertEquals(111, METRICS.heapBytes());
        assertEquals(42, METRICS.directBytes());
    }

    @Test
    void aServerThatDoesNotSayItsCpuTimeIsNoGoodForThat() {
        assertEquals(1.5, METRICS.cpuSeconds());
        assertThrows(IllegalArgumentException.class, ServerMetrics.parse("x 1\n")::cpuSeconds);
    }
}

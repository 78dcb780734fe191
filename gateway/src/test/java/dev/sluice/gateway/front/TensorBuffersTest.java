package dev.sluice.gateway.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that is used again: the right size, never twice at once, and not too much of it. */
class TensorBuffersTest {

    private static final int LARGEST_KEPT = 1 << 20;
    private static final int KEPT_BYTES = 16 << 20;

    private final TensorBuffers buffers = new TensorBuffers();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 255, 256, 257, 1000, 1 << 20, LARGEST_KEPT - 1, LARGEST_KEPT, LARGEST_KEPT + 1})
    void givesAsMuchAsWasAskedFor(int bytes) {
        ByteBuffer first = buffers.take(bytes);
        assertTaken(first, bytes);
        first.position(first.limit());
        buffers.giveBack(first);
        assertTaken(buffers.take(bytes), bytes);
    }

    private static void assertTaken(ByteBuffer buffer, int bytes) {
        assertEquals(0, buffer.position());
        assertEquals(bytes, buffer.limit());
        assertEquals(ByteOrder.LITTLE_ENDIAN, buffer.order());
        assertTrue(buffer.isDirect());
    }

    @ParameterizedTest
    @CsvSource({"100, 1, true", "256, 257, false", "257, 512, true", "512, 1, false", "1048576, 524289, true"})
    void usesABufferAgainForTheSameSizeClass(int given, int wanted, boolean again) {
        ByteBuffer first = buffers.take(given);
        buffers.giveBack(first);
        ByteBuffer second = buffers.take(wanted);
        assertEquals(again, isOneOf(List.of(first), second));
        assertEquals(wanted, second.limit());
    }

    @Test
    void neverHandsOneOutTwice() {
        ByteBuffer first = buffers.take(10);
        buffers.giveBack(first);
        assertSame(first, buffers.take(10));
        assertNotSame(first, buffers.take(10));
    }

    @Test
    void doesNotKeepTheLarge() {
        ByteBuffer large = buffers.take(LARGEST_KEPT + 1);
        buffers.giveBack(large);
        assertNotSame(large, buffers.take(LARGEST_KEPT + 1));
    }

    @Test
    void keepsNoMoreThanItsBound() {
        List<ByteBuffer> all = new ArrayList<>();
        for (int bytes = 0; bytes <= KEPT_BYTES; bytes += LARGEST_KEPT) {
            all.add(buffers.take(LARGEST_KEPT));
        }
        all.forEach(buffers::giveBack);
        for (int kept = 0; kept < KEPT_BYTES / LARGEST_KEPT; kept++) {
            assertTrue(isOneOf(all, buffers.take(LARGEST_KEPT)), "buffer " + kept + " was kept");
        }
        assertTrue(!isOneOf(all, buffers.take(LARGEST_KEPT)), "one more than the bound was kept");
    }

    private static boolean isOneOf(List<ByteBuffer> all, ByteBuffer buffer) {
        Set<ByteBuffer> same = Collections.newSetFromMap(new IdentityHashMap<>());
        same.addAll(all);
        return same.contains(buffer);
    }

    @Test
    void aBurstOfLargeOnesDoesNotKeepSmallOnesOut() {
        List<ByteBuffer> large = new ArrayList<>();
        for (int bytes = 0; bytes < KEPT_BYTES; bytes += LARGEST_KEPT) {
            large.add(buffers.take(LARGEST_KEPT));
        }
        large.forEach(buffers::giveBack);
        ByteBuffer small = buffers.take(100);
        buffers.giveBack(small);
        assertSame(small, buffers.take(100));
    }

    @Test
    void whatIsHandedOutIsCountedOnceForWhoeverSettlesIt() {
        ByteBudget budget = new ByteBudget(10_000);
        TensorBuffers counted = new TensorBuffers(budget);
        counted.take(100);
        counted.giveBack(counted.take(300));
        assertEquals(256 + 512, budget.heldBytes());
        assertEquals(256 + 512, counted.settle());
        assertEquals(0, counted.settle());
        budget.release(256 + 512);
        counted.take(400);
        assertEquals(512, counted.settle(), "used again, and counted again");
    }

    @Test
    void noMoreIsHandedOutThanTheBudgetHas() {
        ByteBudget budget = new ByteBudget(1000);
        TensorBuffers counted = new TensorBuffers(budget);
        counted.take(500);
        assertEquals(512, counted.settle());
        InferenceError full = refusal(() -> counted.take(500));
        assertTrue(full.message().contains("512 bytes"), full.message());
        assertInstanceOf(InferenceError.Overloaded.class, full);
        assertEquals(0, counted.settle());
        assertEquals(512, budget.heldBytes(), "what was refused is not held");
        assertEquals(
                new InferenceError.PayloadTooLarge(1000, "admission.max_in_flight_bytes"),
                refusal(() -> counted.take(2000)));
    }

    @Test
    void whatWouldNeverFitTogetherIsTooLarge() {
        ByteBudget budget = new ByteBudget(1024);
        TensorBuffers counted = new TensorBuffers(budget);
        counted.besideBody(256);
        counted.take(500);
        assertEquals(
                new InferenceError.PayloadTooLarge(1024, "admission.max_in_flight_bytes"),
                refusal(() -> counted.take(500)));
        budget.release(counted.settle());
        counted.take(500);
        counted.take(500);
        assertEquals(1024, budget.heldBytes(), "the next request has another body");
    }

    private static InferenceError refusal(Executable taking) {
        return assertThrows(InferenceException.class, taking).error();
    }
}

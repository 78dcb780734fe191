package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sluice.gateway.transform.PcmFormat.Encoding;
import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.AudioInput.Column;
import dev.sluice.worker.contract.AudioInput.Kind;
import dev.sluice.worker.contract.AudioInput.Length;
import dev.sluice.worker.contract.AudioInput.Normalize;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AudioTransformTest {

    private static final int RATE = 8000;
    private static final Length ANY = new Length(0, 1, true, false, true);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static Column signal(DataType type, long... shape) {
        return new Column(new TensorSpec("signal", type, new Shape(shape)), Kind.SIGNAL);
    }

    private static AudioInput to(Length length, Normalize normalize, double scale, Column... columns) {
        return new AudioInput(
                List.of(columns), RATE, AudioInput.MEAN, 2, length, new AudioInput.Values(normalize, scale));
    }

    private static AudioInput to(Length length) {
        return to(length, Normalize.NONE, 1, signal(DataType.FP32, -1, -1));
    }

    private static Recording recording(int rate, float... samples) {
        ByteBuffer data = ByteBuffer.allocate(samples.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(samples);
        return new Recording("body", PcmFormat.of("body", Encoding.FLOAT_32, ByteOrder.LITTLE_ENDIAN, rate, 1), data);
    }

    private static List<Tensor> tensors(AudioInput to, float... samples) {
        AudioTransform made = AudioTransform.of(recording(RATE, samples), to);
        List<Tensor> tensors = made.inputs(() -> false);
        assertEquals(made.bytes(), tensors.stream().mapToLong(Tensor::byteCount).sum());
        return tensors;
    }

    private static float[] floats(Tensor tensor) {
        float[] all = new float[tensor.byteCount() / Float.BYTES];
        tensor.data().asFloatBuffer().get(all);
        return all;
    }

    private static long[] longs(Tensor tensor) {
        long[] all = new long[tensor.byteCount() / Long.BYTES];
        tensor.data().asLongBuffer().get(all);
        return all;
    }

    private static float[] made(AudioInput to, float... samples) {
        return floats(tensors(to, samples).getFirst());
    }

    private static String refused(AudioInput to, Recording recording) {
        return String.valueOf(assertThrows(InferenceException.class, () -> AudioTransform.of(recording, to))
                .getMessage());
    }

    @Test
    void aRowIsAsLongAsTheRecordingWhereNothingIsSaid() {
        Tensor tensor = tensors(to(ANY), 1, 0.5f, -1).getFirst();
        assertEquals(new Shape(1, 3), tensor.shape());
        assertArrayEquals(new float[] {1, 0.5f, -1}, floats(tensor));
    }

    @ParameterizedTest
    @CsvSource({"4, 1, false", "0, 4, false", "4, 1, true", "0, 4, true"})
    void silenceStandsBesideAShortOne(int fixed, int least, boolean left) {
        float[] expected = left ? new float[] {0, 0, 1, 0.5f} : new float[] {1, 0.5f, 0, 0};
        assertArrayEquals(expected, made(to(new Length(fixed, least, true, left, true)), 1, 0.5f));
    }

    @Test
    void theEndOfALongOneIsLeftOut() {
        assertArrayEquals(new float[] {1, 2}, made(to(new Length(2, 1, true, true, true)), 1, 2, 3));
    }

    @Test
    void refusesWhatIsTooLongOrTooShort() {
        assertEquals(
                "body: has 3 samples of 1/8000 s, and 2 at most are taken",
                refused(to(new Length(2, 1, true, false, false)), recording(RATE, 1, 2, 3)));
        assertEquals(
                "body: has 3 samples of 1/8000 s, and 4 at least are taken",
                refused(to(new Length(4, 1, false, false, true)), recording(RATE, 1, 2, 3)));
        assertEquals(
                "body: has 6 samples of 1/8000 s, and 7 at least are taken",
                refused(to(new Length(0, 7, false, false, true)), recording(RATE / 2, 1, 2, 3)));
        assertEquals(
                "body: lasts 2.3 seconds, and 2 are taken (transform.input.max_seconds)",
                refused(to(new Length(2, 1, true, false, true)), recording(10, new float[23])));
    }

    /** Twenty bytes of a recording of one sample a second would else be a hundred kilobytes for each. */
    @Test
    void takesNothingForWhatIsTooLong() {
        AudioInput to = to(ANY);
        Recording bomb = recording(1, new float[1000]);
        refused(to, bomb);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        refused(to, bomb);
        long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertTrue(taken < 64 << 10, taken + " bytes");
    }

    @Test
    void refusesAChannelThatThereIsNot() {
        AudioInput second = new AudioInput(
                List.of(signal(DataType.FP32, -1, -1)), RATE, 1, 2, ANY, new AudioInput.Values(Normalize.NONE, 1));
        assertEquals(
                "body: has 1 channels, and the one that is taken is 1, counted from 0 (transform.input.channel)",
                refused(second, recording(RATE, 1)));
    }

    /** As numpy has it: (x - mean) / sqrt(variance + 1e-7), of the recording without the silence beside it. */
    @Test
    void makesMeanAndVarianceAlike() {
        AudioInput to = to(new Length(5, 1, true, false, true), Normalize.STANDARD, 1, signal(DataType.FP32, -1, -1));
        assertArrayEquals(
                new float[] {-1.3416407f, -0.44721356f, 0.44721356f, 1.3416407f, 0},
                made(to, 0.1f, 0.2f, 0.3f, 0.4f),
                1e-4f);
        assertArrayEquals(new float[5], made(to, 0.25f, 0.25f), "what never changes is silence");
    }

    @Test
    void makesTheLoudestAlikeAndMultiplies() {
        Column column = signal(DataType.FP32, -1, -1);
        assertArrayEquals(new float[] {0.5f, -1}, made(to(ANY, Normalize.PEAK, 1, column), 0.125f, -0.25f));
        assertArrayEquals(new float[] {0, 0}, made(to(ANY, Normalize.PEAK, 1, column), 0, 0));
        assertArrayEquals(new float[] {16384, -32768}, made(to(ANY, Normalize.NONE, 32768, column), 0.5f, -1));
    }

    @Test
    void aMaskAndALengthSayWhereTheRecordingIs() {
        Column mask = new Column(new TensorSpec("mask", DataType.INT64, new Shape(-1, -1)), Kind.MASK);
        Column length = new Column(new TensorSpec("length", DataType.INT64, new Shape(-1)), Kind.LENGTH);
        List<Tensor> tensors = tensors(
                to(new Length(3, 1, true, true, true), Normalize.NONE, 1, signal(DataType.FP32, -1, 3), mask, length),
                1,
                2);
        assertArrayEquals(new float[] {0, 1, 2}, floats(tensors.getFirst()));
        assertArrayEquals(new long[] {0, 1, 1}, longs(tensors.get(1)));
        assertArrayEquals(new long[] {2}, longs(tensors.get(2)));
        assertEquals(new Shape(1), tensors.get(2).shape());
    }

    @Test
    void fitsWhatTheModelHasAroundTheSamples() {
        for (Shape shape : new Shape[] {new Shape(2), new Shape(1, 2), new Shape(1, 1, 2)}) {
            long[] open = shape.dimensions().clone();
            open[open.length - 1] = -1;
            Tensor tensor = tensors(to(ANY, Normalize.NONE, 1, signal(DataType.FP16, open)), 0.5f, -2)
                    .getFirst();
            assertEquals(shape, tensor.shape());
            assertEquals(0x3800, tensor.data().getShort(0));
            assertEquals((short) 0xC000, tensor.data().getShort(2));
        }
    }

    /** A long one at another rate takes as many samples as it has seconds, whatever the block that it is read by. */
    @Test
    void isMadeInBlocks() {
        float[] ones = new float[2 * 44100];
        IntStream.range(0, ones.length).forEach(i -> ones[i] = 1);
        AudioTransform made = AudioTransform.of(recording(44100, ones), to(ANY));
        float[] samples = floats(made.inputs(() -> false).getFirst());
        assertEquals(2 * RATE, samples.length);
        for (int i = 100; i < samples.length - 100; i++) {
            assertEquals(1, samples[i], 1e-4, "sample " + i);
        }
    }
}

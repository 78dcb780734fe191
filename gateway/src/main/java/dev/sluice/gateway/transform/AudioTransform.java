package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.AudioInput;
import dev.sluice.worker.contract.AudioInput.Column;
import dev.sluice.worker.contract.AudioInput.Normalize;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;

/**
 * Makes the inputs of a model of a recording: how much they take is known by its head, before any sample is read.
 *
 * @thread confined to the thread that transforms
 * @bound seconds and samples, as the {@link AudioInput} says
 * @errors InvalidRequest for a recording that is too long, too short or has not that channel; Cancelled
 */
public final class AudioTransform {

    /** So that silence stays silence, as Hugging Face's feature extractors have it. */
    private static final double LEAST_VARIANCE = 1e-7;

    private final Recording recording;
    private final AudioInput to;
    private final int taken;
    private final int length;

    private AudioTransform(Recording recording, AudioInput to) {
        this.recording = recording;
        this.to = to;
        requireFit();
        long samples = isAtRate()
                ? recording.frames()
                : Resampler.count(recording.format().rate(), to.rate(), recording.frames());
        AudioInput.Length row = to.length();
        if (row.fixed() > 0 && samples > row.fixed() && !row.truncates()) {
            throw unfit(samples, row.fixed() + " at most are taken");
        }
        int least = row.fixed() > 0 ? row.fixed() : row.least();
        if (samples < least && !row.pads()) {
            throw unfit(samples, least + " at least are taken");
        }
        this.taken = (int) (row.fixed() > 0 ? Math.min(samples, row.fixed()) : samples);
        this.length = Math.max(taken, least);
    }

    /** For such a recording. */
    public static AudioTransform of(Recording recording, AudioInput to) {
        return new AudioTransform(recording, to);
    }

    private void requireFit() {
        PcmFormat format = recording.format();
        if (to.channel() >= format.channels()) {
            throw InferenceException.invalid(
                    recording.field(),
                    "has " + format.channels() + " channels, and the one that is taken is " + to.channel()
                            + ", counted from 0 (transform.input.channel)");
        }
        if (recording.frames() > (long) to.maxSeconds() * format.rate()) {
            throw InferenceException.invalid(
                    recording.field(),
                    String.format(
                            Locale.ROOT,
                            "lasts %.1f seconds, and %d are taken (transform.input.max_seconds)",
                            (double) recording.frames() / format.rate(),
                            to.maxSeconds()));
        }
    }

    private InferenceException unfit(long samples, String taken) {
        return InferenceException.invalid(
                recording.field(), "has " + samples + " samples of 1/" + to.rate() + " s, and " + taken);
    }

    private boolean isAtRate() {
        return recording.format().rate() == to.rate();
    }

    /** How much the inputs take. */
    public long bytes() {
        return to.columns().stream()
                .mapToLong(column -> column.shape(length).elementCount() * elementBytes(column))
                .sum();
    }

    private static int elementBytes(Column column) {
        return column.tensor().dataType().elementBytes();
    }

    /** How much is taken beside them, while they are made. */
    public long workBytes() {
        return (long) taken * Float.BYTES;
    }

    /**
     * The inputs, in new memory of the heap.
     *
     * @param givenUp whether nobody waits any more
     */
    public List<Tensor> inputs(BooleanSupplier givenUp) {
        float[] samples = new float[taken];
        if (isAtRate()) {
            recording.read(to.channel(), 0, samples, taken);
        } else {
            Resampler.of(recording.format().rate(), to.rate()).resample(recording, to.channel(), samples, givenUp);
        }
        change(samples);
        return to.columns().stream().map(column -> input(column, samples)).toList();
    }

    private void change(float[] samples) {
        Normalize how = to.values().normalize();
        double mean = how == Normalize.STANDARD ? mean(samples) : 0;
        double factor = to.values().scale()
                / switch (how) {
                    case NONE -> 1;
                    case STANDARD -> Math.sqrt(variance(samples, mean) + LEAST_VARIANCE);
                    case PEAK -> peak(samples);
                };
        if (mean != 0 || factor != 1) {
            for (int i = 0; i < samples.length; i++) {
                samples[i] = (float) ((samples[i] - mean) * factor);
            }
        }
    }

    private static double mean(float[] samples) {
        double sum = 0;
        for (float sample : samples) {
            sum += sample;
        }
        return sum / samples.length;
    }

    private static double variance(float[] samples, double mean) {
        double sum = 0;
        for (float sample : samples) {
            sum += (sample - mean) * (sample - mean);
        }
        return sum / samples.length;
    }

    /** 1 where all is silence. */
    private static double peak(float[] samples) {
        float most = 0;
        for (float sample : samples) {
            most = Math.max(most, Math.abs(sample));
        }
        return most == 0 ? 1 : most;
    }

    private Tensor input(Column column, float[] samples) {
        ByteBuffer memory = ByteBuffer.allocate((int) (column.shape(length).elementCount() * elementBytes(column)))
                .order(ByteOrder.LITTLE_ENDIAN);
        DataType type = column.tensor().dataType();
        int before = to.length().left() ? length - taken : 0;
        switch (column.kind()) {
            case SIGNAL -> put(memory, type, before, samples);
            case MASK -> {
                for (int i = before; i < before + taken; i++) {
                    put(memory, type, i, 1);
                }
            }
            case LENGTH -> put(memory, type, 0, taken);
        }
        return new Tensor(column.tensor().name(), type, column.shape(length), memory);
    }

    private static void put(ByteBuffer memory, DataType type, int element, float[] samples) {
        if (type == DataType.FP32) {
            memory.asFloatBuffer().put(element, samples);
            return;
        }
        for (int i = 0; i < samples.length; i++) {
            memory.putShort((element + i) * Short.BYTES, Float.floatToFloat16(samples[i]));
        }
    }

    private static void put(ByteBuffer memory, DataType type, int element, int value) {
        if (type == DataType.INT64) {
            memory.putLong(element * Long.BYTES, value);
        } else {
            memory.putInt(element * Integer.BYTES, value);
        }
    }
}

package dev.sluice.worker.contract;

import java.util.List;

/**
 * How a recording becomes the inputs of a model: one row of samples, at the model's rate and of one channel.
 *
 * @param columns which input takes what
 * @param rate samples of a second that the model wants
 * @param channel the one that is taken, counted from 0; {@link #MEAN} for the mean of all
 * @param maxSeconds of a recording, before anything is made of it
 * @param length of a row
 * @param values what a sample becomes
 * @shape samples and mask are {@code 1 x samples}, or what the model has around them; the length is one number
 */
public record AudioInput(List<Column> columns, int rate, int channel, int maxSeconds, Length length, Values values)
        implements InputTransform {

    /** All channels count the same. */
    public static final int MEAN = -1;

    public AudioInput {
        columns = List.copyOf(columns);
    }

    /** What an input is told. */
    public enum Kind {
        /** The samples, FP32 or FP16. */
        SIGNAL,
        /** 1 for each sample of the recording, and 0 where there is silence instead. */
        MASK,
        /** How many samples the recording has. */
        LENGTH
    }

    /** One input. */
    public record Column(TensorSpec tensor, Kind kind) {

        /** The shape of the one row, which has so many samples. */
        public Shape shape(int samples) {
            Shape one = tensor.shape();
            for (int axis = 0; axis < one.rank(); axis++) {
                one = one.with(axis, 1);
            }
            return kind == Kind.LENGTH ? one : one.with(one.rank() - 1, samples);
        }
    }

    /**
     * How many samples a row has.
     *
     * @param fixed always so many; 0 for as many as the recording has
     * @param least that it has
     * @param pads whether a shorter recording gets silence beside it; otherwise it is refused
     * @param left whether that stands before it
     * @param truncates whether the end of a longer one is left out; otherwise it is refused
     */
    public record Length(int fixed, int least, boolean pads, boolean left, boolean truncates) {}

    /** What samples of -1 to 1 become: they are normalised, then multiplied. */
    public record Values(Normalize normalize, double scale) {}

    /** How the samples of a recording are made alike those of others, before silence is put beside them. */
    public enum Normalize {
        NONE,
        /** Their mean is 0 and their variance 1. */
        STANDARD,
        /** The largest is 1 or -1. */
        PEAK
    }
}

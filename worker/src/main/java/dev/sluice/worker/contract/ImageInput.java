package dev.sluice.worker.contract;

import java.util.List;

/**
 * How a picture becomes a tensor of one row.
 *
 * @param tensor the input that it becomes, of which all but the rows is fixed here
 * @param width of the tensor's picture, in pixels
 * @param height of it
 * @param invert whether dark becomes light
 * @param background what is where the picture is not, or where it can be seen through: 0 to 255, before {@code values}
 * @shape one row of {@code channels x height x width}, in the order of {@code layout}
 */
public record ImageInput(
        TensorSpec tensor,
        int width,
        int height,
        Channels channels,
        Layout layout,
        Resize resize,
        Filter filter,
        Invert invert,
        int background,
        Values values)
        implements InputTransform {

    /** The shape of the one row. */
    public Shape shape() {
        Shape declared = tensor.shape();
        int axis = declared.rank() - 3;
        boolean planes = layout == Layout.NCHW;
        Shape sized = declared.with(axis + (planes ? 0 : 2), channels.count())
                .with(axis + (planes ? 1 : 0), height)
                .with(axis + (planes ? 2 : 1), width);
        return axis == 1 ? sized.withRows(1) : sized;
    }

    /** Which channels a pixel has, in their order. */
    public enum Channels {
        GRAY(1),
        RGB(3),
        BGR(3);

        private final int count;

        Channels(int count) {
            this.count = count;
        }

        public int count() {
            return count;
        }
    }

    /** Whether the channels of a pixel stand apart, a plane for each, or together. */
    public enum Layout {
        NCHW,
        NHWC
    }

    /** How a picture of one size becomes one of another. */
    public enum Resize {
        /** Width and height each for itself. */
        STRETCH,
        /** The whole picture, with background beside it. */
        FIT,
        /** What fills the size, from the middle. */
        CROP,
        /** What is drawn on it, as MNIST has it: 20/28 of the size, its centre of mass in the middle. */
        INK
    }

    /** How many pixels become one. */
    public enum Filter {
        /** All that lie under it, the nearer ones more. */
        BILINEAR,
        /** The one in the middle. */
        NEAREST,
        /** All that lie under it, by how much of them does. */
        AREA
    }

    /** Whether dark becomes light. */
    public enum Invert {
        FALSE,
        TRUE,
        /** Where the picture's border is light. */
        AUTO
    }

    /**
     * What a number of 0 to 255 becomes: {@code (number * scale - mean) / std}.
     *
     * @param mean for each channel
     * @param std for each channel
     */
    public record Values(double scale, List<Double> mean, List<Double> std) {

        public Values {
            mean = List.copyOf(mean);
            std = List.copyOf(std);
        }

        public double of(double number, int channel) {
            return (number * scale - mean.get(channel)) / std.get(channel);
        }
    }
}

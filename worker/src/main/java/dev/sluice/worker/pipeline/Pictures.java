package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput.Layout;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * A tensor of pictures, as its pixels stand in memory.
 *
 * @param first the axis of the channels, height and width that stands first
 * @shape with rows or, of one picture, without
 * @thread immutable
 */
record Pictures(Tensor tensor, Layout layout, int first) {

    private static final int AXES = 3;
    private static final float LIGHTEST = 255;

    static Pictures of(Tensor tensor, Layout layout) {
        return new Pictures(tensor, layout, tensor.shape().rank() - AXES);
    }

    int count() {
        return first == 0 ? 1 : Math.toIntExact(tensor.rows());
    }

    int channels() {
        return size(isPlanes() ? 0 : 2);
    }

    int height() {
        return size(isPlanes() ? 1 : 0);
    }

    int width() {
        return size(isPlanes() ? 2 : 1);
    }

    private boolean isPlanes() {
        return layout == Layout.NCHW;
    }

    private int size(int axis) {
        return Math.toIntExact(tensor.shape().dimension(first + axis));
    }

    /** The shape of so many in another size. */
    Shape pieces(int count, int width, int height) {
        return isPlanes() ? new Shape(count, channels(), height, width) : new Shape(count, height, width, channels());
    }

    /** The place of a pixel among the elements. */
    private int place(int picture, int channel, int y, int x) {
        return isPlanes()
                ? ((picture * channels() + channel) * height() + y) * width() + x
                : ((picture * height() + y) * width() + x) * channels() + channel;
    }

    /** Reads a part of a line of one channel, as long as there is room for it. */
    void read(int picture, int channel, int y, int from, float[] line) {
        int bytes = tensor.dataType().elementBytes();
        int at = tensor.data().position() + bytes * place(picture, channel, y, from);
        int step = bytes * (isPlanes() ? 1 : channels());
        ByteBuffer data = tensor.data();
        switch (tensor.dataType()) {
            case UINT8 -> {
                for (int i = 0; i < line.length; i++) {
                    line[i] = Byte.toUnsignedInt(data.get(at + i * step));
                }
            }
            case FP16 -> {
                for (int i = 0; i < line.length; i++) {
                    line[i] = Float.float16ToFloat(data.getShort(at + i * step));
                }
            }
            default -> {
                for (int i = 0; i < line.length; i++) {
                    line[i] = data.getFloat(at + i * step);
                }
            }
        }
    }

    /** Writes one pixel, while the tensor is being made. */
    void write(int picture, int channel, int y, int x, float value) {
        DataType type = tensor.dataType();
        int at = type.elementBytes() * place(picture, channel, y, x);
        switch (type) {
            case UINT8 -> tensor.data().put(at, (byte) Math.round(Math.clamp(value, 0, LIGHTEST)));
            case FP16 -> tensor.data().putShort(at, Float.floatToFloat16(value));
            default -> tensor.data().putFloat(at, value);
        }
    }
}

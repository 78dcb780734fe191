package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Channels;
import dev.sluice.worker.contract.ImageInput.Layout;
import java.nio.ByteBuffer;

/**
 * Writes a canvas into the memory of a tensor: turned upright, its channels in the model's order, its numbers as the
 * model wants them.
 *
 * @thread confined to the thread that transforms
 */
final class TensorWriter {

    private static final int WHITE = 255;
    private static final int COLOURS = 3;

    private final float[] canvas;
    private final Turn turn;
    private final ImageInput to;
    private final int channels;
    private final boolean blueFirst;
    private final float[] factor;
    private final float[] offset;

    /** @param inverted whether dark becomes light */
    TensorWriter(Canvas canvas, Turn turn, ImageInput to, boolean inverted) {
        this.canvas = canvas.values();
        this.turn = turn;
        this.to = to;
        this.channels = to.channels().count();
        this.blueFirst = canvas.isBlueFirst();
        this.factor = new float[channels];
        this.offset = new float[channels];
        for (int channel = 0; channel < channels; channel++) {
            double black = to.values().of(inverted ? WHITE : 0, channel);
            double white = to.values().of(inverted ? 0 : WHITE, channel);
            factor[channel] = (float) ((white - black) / WHITE);
            offset[channel] = (float) black;
        }
    }

    void write(ByteBuffer memory) {
        boolean planes = to.layout() == Layout.NCHW;
        float[] line = new float[to.width() * (planes ? 1 : channels)];
        for (int plane = 0; plane < (planes ? channels : 1); plane++) {
            for (int y = 0; y < to.height(); y++) {
                if (planes) {
                    fill(line, y, plane, 0, 1);
                } else {
                    for (int channel = 0; channel < channels; channel++) {
                        fill(line, y, channel, channel, channels);
                    }
                }
                put(memory, (plane * to.height() + y) * line.length, line);
            }
        }
    }

    private void fill(float[] line, int y, int channel, int first, int step) {
        int stored = blueFirst == (to.channels() != Channels.BGR) ? channels - 1 - channel : channel;
        int at = (turn.start() + y * turn.down()) * channels + stored;
        if (step == 1 && turn.right() == 1 && channels == COLOURS) {
            fillPlane(line, at, factor[channel], offset[channel]);
            return;
        }
        int right = turn.right() * channels;
        float times = factor[channel];
        float plus = offset[channel];
        for (int i = first; i < line.length; i += step, at += right) {
            line[i] = canvas[at] * times + plus;
        }
    }

    /** The same for most pictures and models: steps that the compiler knows are what it can unroll. */
    private void fillPlane(float[] line, int at, float times, float plus) {
        for (int x = 0; x < line.length; x++) {
            line[x] = canvas[at + COLOURS * x] * times + plus;
        }
    }

    private void put(ByteBuffer memory, int element, float[] line) {
        DataType type = to.tensor().dataType();
        int at = memory.position() + element * type.elementBytes();
        switch (type) {
            case FP32 ->
                memory.slice(at, line.length * Float.BYTES)
                        .order(memory.order())
                        .asFloatBuffer()
                        .put(line);
            case FP16 -> {
                for (int i = 0; i < line.length; i++) {
                    memory.putShort(at + i * Short.BYTES, Float.floatToFloat16(line[i]));
                }
            }
            case UINT8 -> {
                for (int i = 0; i < line.length; i++) {
                    memory.put(at + i, (byte) Math.clamp(Math.round(line[i]), 0, WHITE));
                }
            }
            case BOOL, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BF16, FP64, BYTES ->
                throw new IllegalStateException("no picture becomes " + type);
        }
    }
}

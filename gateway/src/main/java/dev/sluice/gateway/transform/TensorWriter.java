package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Channels;
import dev.sluice.worker.contract.ImageInput.Layout;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Writes a picture into the memory of a tensor, row by row as it is stored: turned upright, its channels in the model's
 * order, its numbers as the model wants them.
 *
 * @thread confined to the thread that transforms
 */
final class TensorWriter {

    private static final int WHITE = 255;
    private static final int COLOURS = 3;

    private final Turn turn;
    private final ImageInput to;
    private final DataType type;
    private final int channels;
    private final float[] factor;
    private final float[] offset;
    private final ByteBuffer memory;
    private final FloatBuffer floats;

    /**
     * @param inverted whether dark becomes light
     * @param memory from position on, as long as the one row of {@code to}, little-endian
     */
    TensorWriter(Turn turn, ImageInput to, boolean inverted, ByteBuffer memory) {
        this.turn = turn;
        this.to = to;
        this.type = to.tensor().dataType();
        this.channels = to.channels().count();
        this.factor = new float[channels];
        this.offset = new float[channels];
        for (int channel = 0; channel < channels; channel++) {
            double black = to.values().of(inverted ? WHITE : 0, channel);
            double white = to.values().of(inverted ? 0 : WHITE, channel);
            factor[channel] = (float) ((white - black) / WHITE);
            offset[channel] = (float) black;
        }
        this.memory = memory.slice().order(memory.order());
        this.floats = this.memory.asFloatBuffer();
    }

    void write(ResizedRows rows) {
        boolean reversed = rows.areBlueFirst() != (to.channels() == Channels.BGR);
        boolean planes = channels == 1 || to.layout() == Layout.NCHW;
        float[] line = new float[turn.wide() * (planes ? 1 : channels)];
        for (int y = 0; y < turn.high(); y++) {
            float[] row = rows.row(y);
            int pixel = turn.start() + y * turn.nextRow();
            if (planes) {
                for (int channel = 0; channel < channels; channel++) {
                    fillPlane(line, row, reversed ? channels - 1 - channel : channel, channel);
                    put(line, 1, channel * to.width() * to.height() + pixel);
                }
            } else {
                fillPixels(line, row, reversed ? COLOURS - 1 : 0);
                put(line, channels, pixel * channels);
            }
        }
    }

    /** Steps that the compiler knows are what it can unroll. */
    private void fillPlane(float[] line, float[] row, int stored, int channel) {
        float times = factor[channel];
        float plus = offset[channel];
        if (channels == COLOURS) {
            for (int x = 0; x < line.length; x++) {
                line[x] = row[COLOURS * x + stored] * times + plus;
            }
        } else {
            for (int x = 0; x < line.length; x++) {
                line[x] = row[x] * times + plus;
            }
        }
    }

    /** @param first where the first channel of the model's stands in a pixel of the row; the third one is opposite */
    private void fillPixels(float[] line, float[] row, int first) {
        float[] times = factor;
        float[] plus = offset;
        for (int at = 0; at < line.length; at += COLOURS) {
            line[at] = row[at + first] * times[0] + plus[0];
            line[at + 1] = row[at + 1] * times[1] + plus[1];
            line[at + 2] = row[at + 2 - first] * times[2] + plus[2];
        }
    }

    /**
     * What has been stored side by side, to where it is upright.
     *
     * @param together so many elements of it stay together
     * @param element where the first of them goes
     */
    private void put(float[] line, int together, int element) {
        int step = turn.nextPixel() * together;
        if (step == together) {
            putTogether(line, element);
        } else {
            for (int i = 0; i < together; i++) {
                putApart(line, i, together, element + i, step);
            }
        }
    }

    private void putTogether(float[] line, int element) {
        switch (type) {
            case FP32 -> floats.put(element, line);
            case FP16 -> {
                for (int i = 0; i < line.length; i++) {
                    memory.putShort((element + i) * Short.BYTES, Float.floatToFloat16(line[i]));
                }
            }
            case UINT8 -> {
                for (int i = 0; i < line.length; i++) {
                    memory.put(element + i, unsigned(line[i]));
                }
            }
            case BOOL, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BF16, FP64, BYTES ->
                throw new IllegalStateException("no picture becomes " + type);
        }
    }

    /** Each {@code every}-th of a line, from {@code first} on, to elements that lie {@code step} apart. */
    private void putApart(float[] line, int first, int every, int element, int step) {
        switch (type) {
            case FP32 -> {
                for (int i = first, at = element; i < line.length; i += every, at += step) {
                    floats.put(at, line[i]);
                }
            }
            case FP16 -> {
                for (int i = first, at = element; i < line.length; i += every, at += step) {
                    memory.putShort(at * Short.BYTES, Float.floatToFloat16(line[i]));
                }
            }
            case UINT8 -> {
                for (int i = first, at = element; i < line.length; i += every, at += step) {
                    memory.put(at, unsigned(line[i]));
                }
            }
            case BOOL, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BF16, FP64, BYTES ->
                throw new IllegalStateException("no picture becomes " + type);
        }
    }

    private static byte unsigned(float value) {
        return (byte) (int) (Math.clamp(value, 0f, WHITE) + 0.5f);
    }
}

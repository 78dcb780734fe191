package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Channels;
import dev.sluice.worker.contract.ImageInput.Filter;
import dev.sluice.worker.contract.ImageInput.Invert;
import dev.sluice.worker.contract.ImageInput.Layout;
import dev.sluice.worker.contract.ImageInput.Resize;
import dev.sluice.worker.contract.ImageInput.Values;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Planes have ways of their own through a picture; pixels side by side all take the same. */
class TensorWriterTest {

    private static final int WIDTH = 7;
    private static final int HEIGHT = 3;
    private static final int COLOURS = 3;

    /** Each channel with another mean and deviation. */
    private static ImageInput to(Channels channels, Layout layout) {
        Shape shape =
                layout == Layout.NCHW ? new Shape(-1, COLOURS, HEIGHT, WIDTH) : new Shape(-1, HEIGHT, WIDTH, COLOURS);
        return new ImageInput(
                new TensorSpec("image", DataType.FP32, shape),
                WIDTH,
                HEIGHT,
                channels,
                layout,
                Resize.STRETCH,
                Filter.BILINEAR,
                Invert.FALSE,
                0,
                new Values(1 / 255.0, List.of(0.5, 0.4, 0.3), List.of(0.2, 0.3, 0.7)));
    }

    private static float[] written(Canvas canvas, Turn turn, ImageInput to, boolean inverted) {
        ByteBuffer memory =
                ByteBuffer.allocate(WIDTH * HEIGHT * COLOURS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        new TensorWriter(canvas, turn, to, inverted).write(memory);
        float[] values = new float[WIDTH * HEIGHT * COLOURS];
        memory.asFloatBuffer().get(values);
        return values;
    }

    @ParameterizedTest
    @CsvSource({"RGB,1,false", "BGR,1,false", "RGB,1,true", "BGR,4,true", "RGB,4,false", "RGB,3,false", "BGR,6,false"})
    void planesHoldWhatPixelsHold(Channels channels, int orientation, boolean inverted) {
        Turn turn = new Turn(orientation, WIDTH, HEIGHT);
        Canvas canvas = new Canvas(turn.wide(), turn.high(), COLOURS, 0);
        for (int i = 0; i < canvas.values().length; i++) {
            canvas.values()[i] = 3.7f * i;
        }
        float[] planes = written(canvas, turn, to(channels, Layout.NCHW), inverted);
        float[] pixels = written(canvas, turn, to(channels, Layout.NHWC), inverted);
        for (int i = 0; i < pixels.length; i++) {
            assertEquals(pixels[i], planes[i % COLOURS * WIDTH * HEIGHT + i / COLOURS], "value " + i);
        }
        int stored = channels == Channels.RGB ? 0 : 2;
        float first = canvas.values()[turn.start() * COLOURS + stored];
        assertEquals(((inverted ? 255 - first : first) / 255 - 0.5) / 0.2, planes[0], 1e-4);
    }
}

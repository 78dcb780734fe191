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
import java.awt.image.BufferedImage;
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
    private static final List<Double> MEANS = List.of(0.5, 0.4, 0.3);
    private static final List<Double> DEVIATIONS = List.of(0.2, 0.3, 0.7);

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
                new Values(1 / 255.0, MEANS, DEVIATIONS));
    }

    /** Each byte of it another one. */
    private static BufferedImage image(Turn turn) {
        BufferedImage image = new BufferedImage(turn.wide(), turn.high(), BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            int red = 3 * i + 1;
            image.setRGB(i % turn.wide(), i / turn.wide(), red << 16 | (red + 1) << 8 | (red + 2));
        }
        return image;
    }

    private static float[] written(Turn turn, ImageInput to, boolean inverted) {
        ByteBuffer memory =
                ByteBuffer.allocate(WIDTH * HEIGHT * COLOURS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        PixelRows rows = new PixelRows(image(turn), COLOURS);
        Framing asItIs = Framing.of(to, turn.wide(), turn.high(), turn.wide(), turn.high());
        new TensorWriter(turn, to, inverted, memory).write(new ResizedRows(rows, asItIs, turn.wide(), 0, null));
        float[] values = new float[WIDTH * HEIGHT * COLOURS];
        memory.asFloatBuffer().get(values);
        return values;
    }

    /** Where in what is stored the upright picture begins: as EXIF has it, at its top right, bottom left and so on. */
    private static int firstStored(Turn turn) {
        int right = turn.wide() - 1;
        int bottom = turn.wide() * (turn.high() - 1);
        return switch (turn.orientation()) {
            case 2, 8 -> right;
            case 3, 7 -> bottom + right;
            case 4, 6 -> bottom;
            default -> 0;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "RGB,1,false",
        "BGR,1,false",
        "RGB,1,true",
        "RGB,2,false",
        "RGB,3,false",
        "BGR,4,true",
        "RGB,4,false",
        "RGB,5,false",
        "BGR,6,false",
        "RGB,7,true",
        "RGB,8,false"
    })
    void planesHoldWhatPixelsHold(Channels channels, int orientation, boolean inverted) {
        Turn turn = new Turn(orientation, WIDTH, HEIGHT);
        float[] planes = written(turn, to(channels, Layout.NCHW), inverted);
        float[] pixels = written(turn, to(channels, Layout.NHWC), inverted);
        for (int i = 0; i < pixels.length; i++) {
            assertEquals(pixels[i], planes[i % COLOURS * WIDTH * HEIGHT + i / COLOURS], "value " + i);
        }
        float first = 3 * firstStored(turn) + (channels == Channels.RGB ? 1 : 3);
        assertEquals(((inverted ? 255 - first : first) / 255 - 0.5) / 0.2, planes[0], 1e-4);
    }

    /** Bytes have loops of their own, and stand in the same order. */
    @ParameterizedTest
    @CsvSource({"NCHW,1", "NHWC,1", "NCHW,6", "NHWC,3"})
    void othersThanFloatsStandInTheSameOrder(Layout layout, int orientation) {
        Turn turn = new Turn(orientation, WIDTH, HEIGHT);
        ImageInput floats = to(Channels.RGB, layout);
        ImageInput bytes = new ImageInput(
                new TensorSpec("image", DataType.UINT8, floats.tensor().shape()),
                WIDTH,
                HEIGHT,
                Channels.RGB,
                layout,
                Resize.STRETCH,
                Filter.BILINEAR,
                Invert.FALSE,
                0,
                new Values(1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0)));
        PixelRows rows = new PixelRows(image(turn), COLOURS);
        ByteBuffer memory = ByteBuffer.allocate(2 + WIDTH * HEIGHT * COLOURS).position(2);
        Framing asItIs = Framing.of(bytes, turn.wide(), turn.high(), turn.wide(), turn.high());
        new TensorWriter(turn, bytes, false, memory).write(new ResizedRows(rows, asItIs, turn.wide(), 0, null));
        float[] expected = written(turn, floats, false);
        boolean planes = layout == Layout.NCHW;
        for (int i = 0; i < expected.length; i++) {
            int channel = planes ? i / (WIDTH * HEIGHT) : i % COLOURS;
            double value = (expected[i] * DEVIATIONS.get(channel) + MEANS.get(channel)) * 255;
            assertEquals(Math.round(value), memory.get(2 + i) & 0xFF, "value " + i);
        }
    }
}

package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.fake.Pictures;
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
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PictureFrameTest {

    private static final int WIDTH = 60;
    private static final int HEIGHT = 48;

    /** What is made of a picture. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Made(float[] gray, PictureFrame frame) {

        private double sum() {
            double sum = 0;
            for (float value : gray) {
                sum += value;
            }
            return sum;
        }

        private double middleAcross() {
            double sum = 0;
            for (int i = 0; i < gray.length; i++) {
                sum += gray[i] * (i % WIDTH + 0.5);
            }
            return frame.across().ofPixels(sum / sum());
        }

        private double middleDown() {
            double sum = 0;
            for (int i = 0; i < gray.length; i++) {
                int line = i / WIDTH;
                sum += gray[i] * (line + 0.5);
            }
            return frame.down().ofPixels(sum / sum());
        }

        private double area() {
            return sum() * frame.across().scale() * frame.down().scale();
        }
    }

    private static Made made(byte[] picture, Resize resize) {
        ImageInput to = new ImageInput(
                new TensorSpec("x", DataType.FP32, new Shape(-1, 1, HEIGHT, WIDTH)),
                WIDTH,
                HEIGHT,
                Channels.GRAY,
                Layout.NCHW,
                resize,
                Filter.AREA,
                Invert.FALSE,
                0,
                new Values(1.0 / 255, List.of(0.0), List.of(1.0)));
        ByteBuffer memory = ByteBuffer.allocate(WIDTH * HEIGHT * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        PictureFrame frame = new ImageTransform(1 << 24).apply(ByteBuffer.wrap(picture), to, memory, () -> false);
        float[] gray = new float[WIDTH * HEIGHT];
        memory.asFloatBuffer().get(gray);
        return new Made(gray, frame);
    }

    /** White on black. */
    private static BufferedImage rectangle(int width, int height, Rectangle white) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = picture.createGraphics();
        pen.setColor(Color.WHITE);
        pen.fill(white);
        pen.dispose();
        return picture;
    }

    private static Stream<Arguments> everyWay() {
        return IntStream.rangeClosed(1, 8)
                .boxed()
                .flatMap(orientation -> Stream.of(Resize.values()).map(resize -> Arguments.of(orientation, resize)));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void whatIsSeenIsFoundAgain(int orientation, Resize resize) {
        BufferedImage upright = rectangle(321, 200, new Rectangle(140, 60, 40, 20));
        byte[] jpeg =
                Pictures.oriented(Pictures.write(Pictures.stored(upright, orientation), "jpeg"), orientation, true);
        Made made = made(jpeg, resize);
        assertEquals(321, made.frame.width());
        assertEquals(200, made.frame.height());
        assertEquals(160, made.middleAcross(), 0.5);
        assertEquals(70, made.middleDown(), 0.5);
        assertEquals(40 * 20, made.area(), 40);
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void aLargePictureOfWhichNotAllIsDecodedIsMeasuredWhole(int orientation, Resize resize) {
        BufferedImage upright = rectangle(2401, 1800, new Rectangle(800, 600, 800, 400));
        byte[] jpeg =
                Pictures.oriented(Pictures.write(Pictures.stored(upright, orientation), "jpeg"), orientation, false);
        Made made = made(jpeg, resize);
        assertEquals(2401, made.frame.width());
        assertEquals(1800, made.frame.height());
        assertEquals(1200, made.middleAcross(), 3);
        assertEquals(800, made.middleDown(), 3);
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void partsAreThoseOfTheModelsPicture(int orientation, Resize resize) {
        byte[] jpeg = Pictures.oriented(
                Pictures.write(
                        Pictures.stored(rectangle(320, 200, new Rectangle(140, 60, 40, 20)), orientation), "jpeg"),
                orientation,
                true);
        PictureFrame frame = made(jpeg, resize).frame;
        assertEquals(frame.across().ofPixels(WIDTH / 4.0), frame.across().ofPart(0.25), 1e-9);
        assertEquals(frame.down().ofPixels(HEIGHT / 4.0), frame.down().ofPart(0.25), 1e-9);
        if (resize == Resize.STRETCH) {
            assertEquals(0, frame.across().ofPart(0), 1e-9);
            assertEquals(320, frame.across().ofPart(1), 1e-9);
            assertEquals(200, frame.down().ofPart(1), 1e-9);
        }
    }
}

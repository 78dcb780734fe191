package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Channels;
import dev.sluice.worker.contract.ImageInput.Filter;
import dev.sluice.worker.contract.ImageInput.Invert;
import dev.sluice.worker.contract.ImageInput.Layout;
import dev.sluice.worker.contract.ImageInput.Resize;
import dev.sluice.worker.contract.ImageInput.Values;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.TensorSpec;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageTransformTest {

    private static final ImageTransform TRANSFORM = new ImageTransform(1 << 20);
    private static final String[] FIELDS = {"red", "green", "blue", "white"};

    private static ImageInput to(Channels channels, int width, int height, Resize resize, Filter filter) {
        int count = channels.count();
        return new ImageInput(
                new TensorSpec("image", DataType.FP32, new Shape(-1, count, height, width)),
                width,
                height,
                channels,
                Layout.NCHW,
                resize,
                filter,
                Invert.FALSE,
                0,
                new Values(1, Collections.nCopies(count, 0.0), Collections.nCopies(count, 1.0)));
    }

    /** The same with another input, or another way to invert. */
    private static ImageInput with(ImageInput to, TensorSpec tensor, Layout layout, Invert invert) {
        return new ImageInput(
                tensor,
                to.width(),
                to.height(),
                to.channels(),
                layout,
                to.resize(),
                to.filter(),
                invert,
                to.background(),
                to.values());
    }

    private static ImageInput inverted(ImageInput to, Invert invert) {
        return with(to, to.tensor(), Layout.NCHW, invert);
    }

    /** What a model of drawings wants. */
    private static ImageInput drawing() {
        return inverted(to(Channels.GRAY, 28, 28, Resize.INK, Filter.AREA), Invert.AUTO);
    }

    private static ByteBuffer bytes(byte[] picture, ImageInput to) {
        ByteBuffer memory = ByteBuffer.allocate(
                        (int) to.shape().elementCount() * to.tensor().dataType().elementBytes())
                .order(ByteOrder.LITTLE_ENDIAN);
        TRANSFORM.apply(ByteBuffer.wrap(picture), to, memory, () -> false);
        return memory;
    }

    private static float[] floats(byte[] picture, ImageInput to) {
        float[] values = new float[(int) to.shape().elementCount()];
        bytes(picture, to).asFloatBuffer().get(values);
        return values;
    }

    private static float[] floats(BufferedImage picture, String format, ImageInput to) {
        return floats(Pictures.write(picture, format), to);
    }

    private static InferenceError refusal(byte[] picture) {
        ImageInput to = to(Channels.RGB, 4, 4, Resize.STRETCH, Filter.BILINEAR);
        return assertThrows(InferenceException.class, () -> bytes(picture, to)).error();
    }

    /** The name of the field at that place of a picture of 2 x 2 fields in RGB planes. */
    private static String field(float[] planes, int size, int x, int y) {
        int at = y * size + x;
        boolean red = planes[at] > 128;
        boolean green = planes[size * size + at] > 128;
        boolean blue = planes[2 * size * size + at] > 128;
        return red && green && blue ? "white" : red ? "red" : green ? "green" : blue ? "blue" : "black";
    }

    private static void assertFields(float[] planes, int size) {
        int quarter = size / 4;
        for (int i = 0; i < FIELDS.length; i++) {
            int x = i % 2 * size / 2 + quarter;
            int y = i / 2 * size / 2 + quarter;
            assertEquals(FIELDS[i], field(planes, size, x, y), "field " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,true", "2,true", "3,true", "4,true", "5,true", "6,true", "7,true", "8,true", "3,false", "6,false", "8,false"
    })
    void turnsWhatIsStoredInAnyOfTheEightWays(int orientation, boolean littleEndian) {
        BufferedImage stored = Pictures.stored(Pictures.fields(64, 32, BufferedImage.TYPE_INT_RGB), orientation);
        byte[] jpeg = Pictures.oriented(Pictures.write(stored, "jpeg"), orientation, littleEndian);
        assertFields(floats(jpeg, to(Channels.RGB, 16, 16, Resize.STRETCH, Filter.BILINEAR)), 16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif", "bmp"})
    void readsEachFormat(String format) {
        BufferedImage fields = Pictures.fields(32, 32, BufferedImage.TYPE_INT_RGB);
        assertFields(floats(fields, format, to(Channels.RGB, 16, 16, Resize.STRETCH, Filter.BILINEAR)), 16);
    }

    /** One pixel of opaque black, without loss. */
    @Test
    void readsWebP() {
        byte[] webp = Base64.getDecoder().decode("UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA=");
        float[] made = floats(webp, to(Channels.RGB, 1, 1, Resize.STRETCH, Filter.NEAREST));
        assertEquals(3, made.length);
        assertEquals(made[0], made[1]);
    }

    @Test
    void readsAProgressiveJpeg() {
        byte[] jpeg = Pictures.progressive(Pictures.fields(32, 32, BufferedImage.TYPE_INT_RGB));
        assertFields(floats(jpeg, to(Channels.RGB, 16, 16, Resize.STRETCH, Filter.BILINEAR)), 16);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_INT_ARGB,
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_BYTE_INDEXED,
                BufferedImage.TYPE_INT_BGR
            })
    void readsEachKindOfPixels(int type) {
        assertFields(
                floats(Pictures.fields(32, 32, type), "png", to(Channels.RGB, 8, 8, Resize.STRETCH, Filter.AREA)), 8);
    }

    @Test
    void takesGrayAsItIsStoredInEightAndSixteenBits() {
        for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
            BufferedImage gray = new BufferedImage(4, 4, type);
            int stored = type == BufferedImage.TYPE_BYTE_GRAY ? 100 : 100 << 8;
            for (int i = 0; i < 16; i++) {
                gray.getRaster().setSample(i % 4, i / 4, 0, stored);
            }
            float[] expected = new float[16];
            Arrays.fill(expected, 100);
            assertArrayEquals(
                    expected, floats(gray, "png", to(Channels.GRAY, 4, 4, Resize.STRETCH, Filter.BILINEAR)), "" + type);
        }
    }

    @Test
    void weighsColoursForGrayAndRepeatsGrayForColours() {
        BufferedImage fields = Pictures.fields(2, 2, BufferedImage.TYPE_INT_RGB);
        assertArrayEquals(
                new float[] {76, 150, 29, 255},
                floats(fields, "png", to(Channels.GRAY, 2, 2, Resize.STRETCH, Filter.NEAREST)));
        BufferedImage gray = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
        gray.getRaster().setSample(0, 0, 0, 9);
        assertArrayEquals(
                new float[] {9, 9, 9}, floats(gray, "png", to(Channels.RGB, 1, 1, Resize.STRETCH, Filter.NEAREST)));
    }

    @Test
    void showsPaperThroughWhatCanBeSeenThrough() {
        BufferedImage clear = new BufferedImage(1, 2, BufferedImage.TYPE_INT_ARGB);
        clear.setRGB(0, 1, 0x80000000);
        assertArrayEquals(
                new float[] {255, 127}, floats(clear, "png", to(Channels.GRAY, 1, 2, Resize.STRETCH, Filter.NEAREST)));
    }

    @Test
    void ordersChannelsAndLaysThemOut() {
        byte[] red = Pictures.write(Pictures.fields(2, 2, BufferedImage.TYPE_INT_RGB), "png");
        float[] planes = floats(red, to(Channels.BGR, 2, 2, Resize.STRETCH, Filter.NEAREST));
        assertArrayEquals(new float[] {0, 0, 255, 255, 0, 255, 0, 255, 255, 0, 0, 255}, planes);
        ImageInput rgb = to(Channels.RGB, 2, 2, Resize.STRETCH, Filter.NEAREST);
        TensorSpec last = new TensorSpec("image", DataType.FP32, new Shape(-1, 2, 2, 3));
        ImageInput pixels = with(rgb, last, Layout.NHWC, Invert.FALSE);
        assertArrayEquals(new float[] {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}, floats(red, pixels));
    }

    @Test
    void normalisesEachChannelAndInvertsBefore() {
        ImageInput plain = to(Channels.RGB, 1, 1, Resize.STRETCH, Filter.NEAREST);
        ImageInput normalised = new ImageInput(
                plain.tensor(),
                1,
                1,
                Channels.RGB,
                Layout.NCHW,
                Resize.STRETCH,
                Filter.NEAREST,
                Invert.TRUE,
                0,
                new Values(1 / 255.0, List.of(0.5, 0.25, 0.0), List.of(0.5, 0.25, 2.0)));
        BufferedImage red = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        red.setRGB(0, 0, 0xFF0000);
        assertArrayEquals(new float[] {-1, 3, 0.5f}, floats(red, "png", normalised), 1e-6f);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"UINT8", "FP16"})
    void writesOtherTypes(DataType type) {
        BufferedImage fields = Pictures.fields(2, 2, BufferedImage.TYPE_INT_RGB);
        ImageInput gray = to(Channels.GRAY, 2, 2, Resize.STRETCH, Filter.NEAREST);
        TensorSpec other = new TensorSpec("image", type, gray.tensor().shape());
        ByteBuffer memory = bytes(Pictures.write(fields, "png"), with(gray, other, Layout.NCHW, Invert.FALSE));
        assertEquals(76, type == DataType.UINT8 ? memory.get(0) : Float.float16ToFloat(memory.getShort(0)));
        assertEquals(255, type == DataType.UINT8 ? memory.get(3) & 0xFF : Float.float16ToFloat(memory.getShort(6)));
    }

    /** White above and below, black in the middle: what each way makes of a picture twice as wide as high. */
    @ParameterizedTest
    @CsvSource({"STRETCH,9 9 0 0", "FIT,5 9 0 5", "CROP,9 9 0 0"})
    void resizes(Resize resize, String expected) {
        BufferedImage wide = new BufferedImage(8, 4, BufferedImage.TYPE_BYTE_GRAY);
        for (int x = 0; x < 8; x++) {
            wide.getRaster().setSample(x, 0, 0, 9);
            wide.getRaster().setSample(x, 1, 0, 9);
        }
        ImageInput plain = to(Channels.GRAY, 4, 4, resize, Filter.AREA);
        ImageInput beside = new ImageInput(
                plain.tensor(), 4, 4, Channels.GRAY, Layout.NCHW, resize, Filter.AREA, Invert.FALSE, 5, plain.values());
        float[] made = floats(wide, "png", beside);
        StringBuilder column = new StringBuilder();
        for (int y = 0; y < 4; y++) {
            column.append(y == 0 ? "" : " ").append(Math.round(made[4 * y + 1]));
        }
        assertEquals(expected, column.toString());
    }

    @Test
    void invertsByTheBorder() {
        ImageInput to = inverted(to(Channels.GRAY, 3, 3, Resize.STRETCH, Filter.NEAREST), Invert.AUTO);
        BufferedImage dark = new BufferedImage(3, 3, BufferedImage.TYPE_BYTE_GRAY);
        dark.getRaster().setSample(1, 1, 0, 200);
        assertEquals(200, floats(dark, "png", to)[4]);
        BufferedImage light = new BufferedImage(3, 3, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 9; i++) {
            light.getRaster().setSample(i % 3, i / 3, 0, i == 4 ? 55 : 255);
        }
        assertArrayEquals(new float[] {0, 0, 0, 0, 200, 0, 0, 0, 0}, floats(light, "png", to));
    }

    @Test
    void putsADrawingsMassInTheMiddle() {
        BufferedImage sheet = new BufferedImage(400, 300, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < 300; y++) {
            for (int x = 0; x < 400; x++) {
                boolean ink = x >= 300 && x < 340 && y >= 20 && y < 120;
                sheet.getRaster().setSample(x, y, 0, ink ? 30 : 230);
            }
        }
        ImageInput to = drawing();
        float[] made = floats(sheet, "png", to);
        for (int y = 0; y < 28; y++) {
            for (int x = 0; x < 28; x++) {
                boolean ink = x >= 10 && x < 18 && y >= 4 && y < 24; // 8 x 20 of 28 x 28
                assertEquals(ink ? 255 : 0, made[28 * y + x], 1e-3, x + ", " + y);
            }
        }
    }

    @Test
    void saysSoWhereNothingIsDrawn() {
        BufferedImage blank = new BufferedImage(40, 40, BufferedImage.TYPE_BYTE_GRAY);
        ImageInput to = drawing();
        InferenceException refused =
                assertThrows(InferenceException.class, () -> bytes(Pictures.write(blank, "png"), to));
        assertTrue(refused.error().message().startsWith("image: nothing is drawn"), refused.getMessage());
    }

    @Test
    void refusesMorePixelsThanItIsGivenByTheHeadAlone() {
        byte[] small = Pictures.write(new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY), "png");
        ByteBuffer.wrap(small).putInt(16, 50_000).putInt(20, 50_000);
        CRC32 sum = new CRC32();
        sum.update(small, 12, 17);
        ByteBuffer.wrap(small).putInt(29, (int) sum.getValue());
        assertEquals(
                "image: has 50000 x 50000 pixels, more than transform.max_pixels (1048576)",
                refusal(small).message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif", "bmp"})
    void refusesWhatIsCutShort(String format) {
        byte[] whole = Pictures.write(Pictures.fields(200, 200, BufferedImage.TYPE_INT_RGB), format);
        for (int part = 1; part < 8; part++) {
            byte[] cut = Arrays.copyOf(whole, whole.length * part / 8);
            InferenceError error = refusal(cut);
            assertInstanceOf(InferenceError.InvalidRequest.class, error, format + " " + part);
            assertFalse(error.message().contains("null"), error.message());
        }
    }

    /** The reader would fill what is missing. */
    @Test
    void refusesAPngThatLacksItsLastBytes() {
        byte[] whole = Pictures.write(Pictures.fields(20, 20, BufferedImage.TYPE_INT_RGB), "png");
        for (int missing = 1; missing < whole.length - 12; missing++) {
            assertEquals(
                    "image: the PNG is cut short: it has no end",
                    refusal(Arrays.copyOf(whole, whole.length - missing)).message(),
                    "without the last " + missing);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "gif", "bmp"})
    void looksAtNothingBehindAPicture(String format) {
        byte[] whole = Pictures.write(Pictures.fields(20, 20, BufferedImage.TYPE_INT_RGB), format);
        bytes(Arrays.copyOf(whole, whole.length + 1000), to(Channels.RGB, 4, 4, Resize.CROP, Filter.BILINEAR));
    }

    /** Whatever a file has been made into, it is a picture or refused. */
    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg", "gif", "bmp"})
    void survivesEveryByteChanged(String format) {
        byte[] whole = Pictures.write(Pictures.fields(16, 16, BufferedImage.TYPE_INT_RGB), format);
        ImageInput to = to(Channels.RGB, 4, 4, Resize.CROP, Filter.BILINEAR);
        int refused = 0;
        for (int at = 0; at < Math.min(600, whole.length); at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) 0xA5;
            try {
                bytes(changed, to);
            } catch (InferenceException broken) {
                refused++;
            }
        }
        assertTrue(refused > 5, refused + " refused");
    }

    @Test
    void refusesWhatIsNoPicture() {
        assertInstanceOf(
                InferenceError.UnsupportedMediaType.class,
                refusal("<html>no picture at all</html>".getBytes(StandardCharsets.US_ASCII)));
        assertInstanceOf(InferenceError.UnsupportedMediaType.class, refusal(new byte[0]));
    }

    @Test
    void stopsWhenNobodyWaits() {
        byte[] jpeg = Pictures.write(Pictures.fields(400, 400, BufferedImage.TYPE_INT_RGB), "jpeg");
        ImageInput to = to(Channels.RGB, 4, 4, Resize.STRETCH, Filter.BILINEAR);
        ByteBuffer memory = ByteBuffer.allocate(4 * 48).order(ByteOrder.LITTLE_ENDIAN);
        InferenceException stopped = assertThrows(
                InferenceException.class, () -> TRANSFORM.apply(ByteBuffer.wrap(jpeg), to, memory, () -> true));
        assertInstanceOf(InferenceError.Cancelled.class, stopped.error());
    }
}

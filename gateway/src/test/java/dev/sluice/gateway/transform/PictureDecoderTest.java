package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import dev.sluice.worker.contract.InferenceException;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures that are small to send, and would be dear to decode. */
class PictureDecoderTest {

    private static final PictureDecoder DECODER = new PictureDecoder(1 << 20);

    /** A WebP of opaque black, without loss. */
    private static final String ONE_PIXEL = "UklGRh4AAABXRUJQVlA4TBEAAAAvAAAAAAfQ//73v/+BiOh/AAA=";

    private static final int SCAN_OF_NOTHING = 0xFFDA0002;

    private static BufferedImage decode(byte[] picture) {
        return DECODER.decode(ByteBuffer.wrap(picture), 4, () -> false).image();
    }

    private static String refusal(byte[] picture) {
        return assertThrows(InferenceException.class, () -> decode(picture))
                .error()
                .message();
    }

    private static BufferedImage fields() {
        return Pictures.fields(32, 32, BufferedImage.TYPE_INT_RGB);
    }

    /** The file with so many scans before that place, which is cut off, and the end of a JPEG. */
    private static byte[] withScans(byte[] jpeg, int upTo, int scans) {
        byte[] more = Arrays.copyOf(jpeg, upTo + 4 * scans + 2);
        ByteBuffer out = ByteBuffer.wrap(more).position(upTo);
        for (int i = 0; i < scans; i++) {
            out.putInt(SCAN_OF_NOTHING);
        }
        out.putShort((short) 0xFFD9);
        return more;
    }

    /** A canvas of that size, and on it pictures of one pixel that say they have another size. */
    private static byte[] webp(int canvas, int... sizes) {
        ByteBuffer file = ByteBuffer.allocate(200).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF....WEBPVP8X".getBytes(StandardCharsets.US_ASCII))
                .putInt(10)
                .putInt(0)
                .putShort((short) (canvas - 1))
                .put((byte) 0)
                .putShort((short) (canvas - 1))
                .put((byte) 0);
        for (int size : sizes) {
            byte[] picture = Base64.getDecoder().decode(ONE_PIXEL);
            ByteBuffer.wrap(picture).order(ByteOrder.LITTLE_ENDIAN).putInt(21, (size - 1) | ((size - 1) << 14));
            file.put(picture, 12, picture.length - 12);
        }
        file.putInt(4, file.position() - 8);
        return Arrays.copyOf(file.array(), file.position());
    }

    @Test
    void refusesOneSideThatIsTooLong() {
        byte[] thread = Pictures.write(new BufferedImage(40_000, 1, BufferedImage.TYPE_BYTE_GRAY), "png");
        assertEquals("image: has 40000 x 1 pixels, more than 32768 on one side", refusal(thread));
    }

    /** For which the reader would take as much memory as the file asks for. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void refusesABmpThatHoldsAnotherPicture(int compression) {
        byte[] bmp = Pictures.write(fields(), "bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(30, compression);
        assertEquals("image: is a BMP that holds another kind of picture; send that", refusal(bmp));
    }

    @Test
    void refusesAJpegOfMoreScansThanAnybodyMakes() {
        byte[] jpeg = Pictures.progressive(fields());
        int scans = JpegHead.of(ByteBuffer.wrap(jpeg)).scans();
        assertTrue(scans > 1 && scans <= 64, scans + " scans");
        assertEquals(
                "image: is a JPEG in " + (scans + 64) + " scans, more than the 64 that are read",
                refusal(withScans(jpeg, jpeg.length - 2, 64)));
    }

    /** A film behind a picture is full of bytes that would be scans in it. */
    @Test
    void looksAtNothingBehindAJpeg() {
        byte[] jpeg = Pictures.write(fields(), "jpeg");
        assertEquals(32, decode(withScans(jpeg, jpeg.length, 100)).getWidth());
    }

    @Test
    void readsTheOnePictureOnACanvas() {
        assertEquals(1, decode(webp(1, 1)).getWidth());
    }

    @Test
    void refusesAWebPThatIsCutShort() {
        byte[] whole = webp(1, 1);
        assertEquals(
                "image: the WebP is cut short: it says that it is longer",
                refusal(Arrays.copyOf(whole, whole.length - 1)));
        assertEquals(1, decode(Arrays.copyOf(whole, whole.length + 1000)).getWidth());
    }

    @Test
    void refusesAWebPThatHoldsMoreThanItsCanvasSays() {
        String broken = "image: the WebP is broken: expected one picture as large as its canvas";
        assertEquals(broken, refusal(webp(1, 16_384)));
        assertEquals(broken, refusal(webp(1, 1, 1)));
        assertEquals(broken, refusal(webp(1)));
        assertEquals(
                "image: has 16384 x 16384 pixels, more than transform.max_pixels (1048576)",
                refusal(webp(16_384, 16_384)));
    }

    @Test
    void refusesAnAnimatedWebP() {
        byte[] animated = webp(1, 1, 1);
        System.arraycopy("ANMF".getBytes(StandardCharsets.US_ASCII), 0, animated, 30, 4);
        assertEquals("image: is an animated WebP; save one of its pictures", refusal(animated));
    }
}

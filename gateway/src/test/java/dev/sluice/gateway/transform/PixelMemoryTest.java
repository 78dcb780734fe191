package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory of a thread that held one picture and holds the next. */
class PixelMemoryTest {

    private static final ImageTypeSpecifier COLOURS =
            ImageTypeSpecifier.createFromBufferedImageType(BufferedImage.TYPE_3BYTE_BGR);

    private static byte[] bytes(BufferedImage picture) {
        return ((DataBufferByte) picture.getRaster().getDataBuffer()).getData();
    }

    private static int[] pixels(BufferedImage picture) {
        int width = picture.getWidth();
        return picture.getRGB(0, 0, width, picture.getHeight(), null, 0, width);
    }

    @Test
    void isUsedAgainAndNothingIsLeftOfWhatItHeld() {
        BufferedImage first = PixelMemory.picture(COLOURS, 100, 80);
        Arrays.fill(bytes(first), (byte) 0x5A);

        BufferedImage second = PixelMemory.picture(COLOURS, 90, 70);

        assertSame(bytes(first), bytes(second));
        assertEquals(BufferedImage.TYPE_3BYTE_BGR, second.getType());
        int[] black = new int[90 * 70];
        Arrays.fill(black, 0xFF000000);
        assertArrayEquals(black, pixels(second));
    }

    @Test
    void growsToWhatIsAskedForAndNoFurtherThanItsBound() throws InterruptedException {
        List<Integer> lengths = new ArrayList<>();
        Thread fresh = new Thread(() -> {
            for (int side : new int[] {90, 1600, 2000, 1}) {
                lengths.add(bytes(PixelMemory.picture(COLOURS, side, side)).length);
            }
        });
        fresh.start();
        fresh.join();

        int itsOwn = 2000 * 2000 * 3;
        assertEquals(List.of(1 << 15, PixelMemory.MOST_KEPT, itsOwn, PixelMemory.MOST_KEPT), lengths);
    }

    /** There is a decoder for each front loop and contract, and a thread works for all of them. */
    @Test
    void isOneForAllWhoDecodeInAThread() {
        byte[] picture = Pictures.write(Pictures.fields(61, 47, BufferedImage.TYPE_3BYTE_BGR), "png");

        BufferedImage first = new PictureDecoder(1 << 20)
                .decode(ByteBuffer.wrap(picture), 4, () -> false)
                .image();
        BufferedImage second = new PictureDecoder(1 << 20)
                .decode(ByteBuffer.wrap(picture), 4, () -> false)
                .image();

        assertSame(bytes(first), bytes(second));
    }

    @Test
    void isAnotherForEachThread() {
        byte[] here = bytes(PixelMemory.picture(COLOURS, 10, 10));

        CompletableFuture<byte[]> there =
                CompletableFuture.supplyAsync(() -> bytes(PixelMemory.picture(COLOURS, 10, 10)));

        assertNotSame(here, there.join());
    }

    /** Where only a part of the pixels is decoded, there is room for no more than those. */
    @ParameterizedTest
    @CsvSource({"1537, 1031", "1024, 2047", "3001, 1600"})
    void aLargePictureHasNoPixelsMoreThanItsReaderLeaves(int width, int height) throws IOException {
        byte[] picture = Pictures.write(Pictures.fields(width, height, BufferedImage.TYPE_3BYTE_BGR), "jpg");

        Picture decoded = new PictureDecoder(1 << 24).decode(ByteBuffer.wrap(picture), 4, () -> false);

        ImageReader reader = ImageIO.getImageReadersByFormatName("jpg").next();
        reader.setInput(ImageIO.createImageInputStream(new ByteArrayInputStream(picture)));
        ImageReadParam part = reader.getDefaultReadParam();
        int step = decoded.step();
        part.setSourceSubsampling(step, step, step / 2, step / 2);
        BufferedImage alone = reader.read(0, part);
        assertTrue(step > 1, "all pixels were decoded");
        assertEquals(alone.getWidth(), decoded.image().getWidth());
        assertEquals(alone.getHeight(), decoded.image().getHeight());
        assertArrayEquals(pixels(alone), pixels(decoded.image()));
    }

    /** Whether its pixels lie as bytes side by side or not. */
    @ParameterizedTest
    @CsvSource({
        "jpg, TYPE_3BYTE_BGR, 5",
        "jpg, TYPE_BYTE_GRAY, 10",
        "png, TYPE_3BYTE_BGR, 5",
        "png, TYPE_4BYTE_ABGR, 6",
        "png, TYPE_BYTE_GRAY, 10",
        "png, TYPE_USHORT_GRAY, 11",
        "png, TYPE_BYTE_BINARY, 12",
        "png, TYPE_BYTE_INDEXED, 13",
        "gif, TYPE_BYTE_INDEXED, 13",
        "bmp, TYPE_3BYTE_BGR, 5"
    })
    void pixelsAreThoseThatTheReaderWouldGiveAlone(String format, String name, int type) throws IOException {
        PictureDecoder decoder = new PictureDecoder(1 << 20);
        byte[] before = Pictures.write(Pictures.fields(200, 200, BufferedImage.TYPE_3BYTE_BGR), "jpg");
        byte[] picture = Pictures.write(Pictures.fields(61, 47, type), format);
        decoder.decode(ByteBuffer.wrap(before), 4, () -> false);

        BufferedImage decoded =
                decoder.decode(ByteBuffer.wrap(picture), 4, () -> false).image();

        BufferedImage alone = ImageIO.read(new ByteArrayInputStream(picture));
        assertEquals(alone.getType(), decoded.getType(), name);
        assertArrayEquals(pixels(alone), pixels(decoded), name);
    }
}

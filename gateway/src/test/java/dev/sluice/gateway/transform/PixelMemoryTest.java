package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.gateway.fake.Pictures;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Memory that held one picture and holds the next. */
class PixelMemoryTest {

    private static final ImageTypeSpecifier COLOURS =
            ImageTypeSpecifier.createFromBufferedImageType(BufferedImage.TYPE_3BYTE_BGR);

    private final PixelMemory memory = new PixelMemory();

    private static byte[] bytes(BufferedImage picture) {
        return ((DataBufferByte) picture.getRaster().getDataBuffer()).getData();
    }

    private static int[] pixels(BufferedImage picture) {
        int width = picture.getWidth();
        return picture.getRGB(0, 0, width, picture.getHeight(), null, 0, width);
    }

    @Test
    void isUsedAgainAndNothingIsLeftOfWhatItHeld() {
        BufferedImage first = memory.picture(COLOURS, 100, 80);
        Arrays.fill(bytes(first), (byte) 0x5A);

        BufferedImage second = memory.picture(COLOURS, 90, 70);

        assertSame(bytes(first), bytes(second));
        assertEquals(BufferedImage.TYPE_3BYTE_BGR, second.getType());
        int[] black = new int[90 * 70];
        Arrays.fill(black, 0xFF000000);
        assertArrayEquals(black, pixels(second));
    }

    @Test
    void growsToWhatIsAskedForAndNoFurtherThanItsBound() {
        assertEquals(1 << 15, bytes(memory.picture(COLOURS, 100, 80)).length);
        assertEquals(PixelMemory.MOST_KEPT, bytes(memory.picture(COLOURS, 1600, 1600)).length);

        BufferedImage large = memory.picture(COLOURS, 2000, 2000);

        assertEquals(2000 * 2000 * 3, bytes(large).length);
        assertNotSame(bytes(large), bytes(memory.picture(COLOURS, 2000, 2000)), "it has memory of its own");
        assertEquals(PixelMemory.MOST_KEPT, bytes(memory.picture(COLOURS, 1, 1)).length, "which is not kept");
    }

    @Test
    void isAnotherForEachThread() {
        byte[] here = bytes(memory.picture(COLOURS, 10, 10));

        CompletableFuture<byte[]> there = CompletableFuture.supplyAsync(() -> bytes(memory.picture(COLOURS, 10, 10)));

        assertNotSame(here, there.join());
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

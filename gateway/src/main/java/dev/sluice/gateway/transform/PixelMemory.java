package dev.sluice.gateway.transform;

import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.awt.image.SampleModel;
import java.awt.image.WritableRaster;
import java.util.Arrays;
import javax.imageio.ImageTypeSpecifier;

/**
 * Memory for the pixels of decoded pictures, which each thread uses again for its next one.
 *
 * <p>It is the thread's, and not that of who decodes there: many do, one for each front loop and contract. An array of
 * some megabytes for each picture is what the collector stops a server for most often where photos come in numbers and
 * the heap is small: G1 begins to mark it when such an array is made.
 *
 * @thread any; what it lends belongs to the thread that asked for it, until that asks again
 * @bound {@link #MOST_KEPT} for each thread that decodes; pictures that are larger have memory of their own
 */
final class PixelMemory {

    /** Bytes that a thread keeps at most. */
    static final int MOST_KEPT = 8 << 20;

    private static final byte[] NONE = new byte[0];

    private static final ThreadLocal<byte[]> KEPT = ThreadLocal.withInitial(() -> NONE);

    private PixelMemory() {}

    /** A picture of that type and size, all of it zero, whatever was in that memory before. */
    static BufferedImage picture(ImageTypeSpecifier type, int width, int height) {
        SampleModel pixels = type.getSampleModel(width, height);
        if (!(pixels instanceof PixelInterleavedSampleModel bytes) || pixels.getDataType() != DataBuffer.TYPE_BYTE) {
            return type.createBufferedImage(width, height);
        }
        int length = Math.multiplyExact(bytes.getScanlineStride(), height);
        WritableRaster raster = Raster.createWritableRaster(pixels, new DataBufferByte(zeros(length), length), null);
        ColorModel colours = type.getColorModel();
        return new BufferedImage(colours, raster, colours.isAlphaPremultiplied(), null);
    }

    private static byte[] zeros(int length) {
        if (length > MOST_KEPT) {
            return new byte[length];
        }
        byte[] memory = KEPT.get();
        if (memory.length < length) {
            memory = new byte[Integer.highestOneBit(2 * length - 1)]; // the next power of two
            KEPT.set(memory);
        } else {
            Arrays.fill(memory, 0, length, (byte) 0);
        }
        return memory;
    }
}

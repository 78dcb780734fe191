package dev.sluice.gateway.transform;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.event.IIOReadProgressListener;

/**
 * Decodes pictures with the readers of ImageIO.
 *
 * @thread any; what it is given belongs to the caller, and what it gives until the thread decodes the next one
 * @bound {@code transform.max_pixels} and a longest side, asked of the picture's head before a pixel is decoded; 3 or
 *     4 bytes for each of them mostly, 15 for a WebP with alpha
 * @errors UnsupportedMediaType for what is no picture, InvalidRequest for one that is too large or broken, Cancelled for
 *     one that nobody waits for any more
 */
final class PictureDecoder {

    /** A picture keeps at least as many pixels each way, when most of them would only be summed up. */
    private static final int LEAST_KEPT = 512;

    private static final int UPRIGHT = 1;
    private static final int CMYK = 4;
    private static final int BMP_HEAD_AT = 14;
    private static final int BMP_LONG_HEAD = 16;
    private static final int BMP_COMPRESSION_AT = 30;
    private static final int BMP_JPEG = 4;
    private static final int BMP_PNG = 5;

    /** Each scan of a progressive JPEG goes over all of its pixels, and may be but a few bytes; cameras make ten. */
    private static final int MOST_SCANS = 64;

    /** What works on a row takes some tens of bytes for each pixel of it, beside the picture. */
    private static final int LONGEST_SIDE = 32_768;

    private static final String FIELD = "image";

    static {
        ImageIO.setUseCache(false); // which would be a file
    }

    private final long maxPixels;

    /** @param maxPixels of a picture as it is stored */
    PictureDecoder(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /**
     * Decodes the one from position to limit, the first where there are several; of a very large one not all pixels.
     *
     * @param wanted the longer side of what is made of it
     * @param givenUp whether to stop
     */
    Picture decode(ByteBuffer bytes, int wanted, BooleanSupplier givenUp) {
        PictureFormat format = PictureFormat.of(bytes);
        if (format == null) {
            throw new InferenceException(new InferenceError.UnsupportedMediaType(
                    FIELD + ": is none of the pictures that are read here: JPEG, PNG, GIF, BMP and WebP"));
        }
        int orientation = orientation(format, bytes);
        ImageReader reader = reader(format);
        try (ByteArrayImageInputStream in = new ByteArrayImageInputStream(
                bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining())) {
            reader.setInput(in, true, true);
            return read(reader, keeps(format, wanted), orientation, givenUp);
        } catch (IOException | RuntimeException broken) { // readers throw whatever a broken file leads them to
            if (broken instanceof InferenceException refused) {
                throw refused;
            }
            String why = broken.getMessage() == null ? "" : ": " + broken.getMessage();
            throw InferenceException.invalid(FIELD, "the " + format + " is broken or cut short" + why);
        } finally {
            reader.dispose();
        }
    }

    private static ImageReader reader(PictureFormat format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.reader());
        if (!readers.hasNext()) {
            throw new InferenceException(
                    new InferenceError.UnsupportedMediaType(FIELD + ": this server has no reader for " + format));
        }
        return readers.next();
    }

    /** By its head, which is also held against what its reader would do with it. */
    private static int orientation(PictureFormat format, ByteBuffer bytes) {
        return switch (format) {
            case JPEG -> requireReadable(JpegHead.of(bytes));
            case WEBP -> requireReadable(WebpHead.of(bytes));
            case BMP -> requireReadable(bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
            case PNG -> requireEnd(bytes);
            case GIF -> UPRIGHT;
        };
    }

    /** A reader of the JDK fills what is missing of a picture, and no model should guess at that. */
    private static int requireEnd(ByteBuffer png) {
        if (!PngEnd.isThere(png)) {
            throw InferenceException.invalid(FIELD, "the PNG is cut short: it has no end");
        }
        return UPRIGHT;
    }

    /** As of a PNG, with gray. */
    private static int requireReadable(JpegHead head) {
        if (head.components() == CMYK) {
            throw InferenceException.invalid(FIELD, "is a JPEG in CMYK, for printing; save it in RGB");
        }
        if (!head.whole()) {
            throw InferenceException.invalid(FIELD, "the JPEG is cut short: it has no end");
        }
        if (head.scans() > MOST_SCANS) {
            throw InferenceException.invalid(
                    FIELD, "is a JPEG in " + head.scans() + " scans, more than the " + MOST_SCANS + " that are read");
        }
        return head.orientation();
    }

    private static int requireReadable(WebpHead head) {
        if (!head.whole()) {
            throw InferenceException.invalid(FIELD, "the WebP is cut short: it says that it is longer");
        }
        if (head.animated()) {
            throw InferenceException.invalid(FIELD, "is an animated WebP; save one of its pictures");
        }
        if (head.pictures() != 1 || !head.picture().equals(head.canvas())) {
            throw InferenceException.invalid(FIELD, "the WebP is broken: expected one picture as large as its canvas");
        }
        return UPRIGHT;
    }

    /** The JDK gives what a BMP holds to the reader that it belongs to, after as much memory as the BMP asks for. */
    private static int requireReadable(ByteBuffer bmp) {
        boolean isLong = bmp.limit() >= BMP_COMPRESSION_AT + 4 && bmp.getInt(BMP_HEAD_AT) >= BMP_LONG_HEAD;
        int compression = isLong ? bmp.getInt(BMP_COMPRESSION_AT) : 0;
        if (compression == BMP_JPEG || compression == BMP_PNG) {
            throw InferenceException.invalid(FIELD, "is a BMP that holds another kind of picture; send that");
        }
        return UPRIGHT;
    }

    /** How many pixels each way are enough; the reader of WebP gives all it has. */
    private static int keeps(PictureFormat format, int wanted) {
        return format == PictureFormat.WEBP ? Integer.MAX_VALUE : Math.max(LEAST_KEPT, 2 * wanted);
    }

    private Picture read(ImageReader reader, int enough, int orientation, BooleanSupplier givenUp) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        requireBounded(width, height);
        ImageReadParam how = reader.getDefaultReadParam();
        int each = Math.max(1, Math.min(width, height) / enough);
        if (each > 1) {
            how.setSourceSubsampling(each, each, each / 2, each / 2);
        }
        Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
        if (types.hasNext()) { // the one that it would decode into by itself
            how.setDestination(PixelMemory.picture(types.next(), kept(width, each), kept(height, each)));
        }
        Stop stop = new Stop(givenUp);
        reader.addIIOReadProgressListener(stop);
        BufferedImage image = reader.read(0, how);
        if (stop.stopped) {
            throw new InferenceException(new InferenceError.Cancelled());
        }
        return new Picture(image, each, width, height, orientation);
    }

    /** How many pixels are left of those. */
    private static int kept(int pixels, int each) {
        return (pixels - each / 2 + each - 1) / each;
    }

    private void requireBounded(int width, int height) {
        if ((long) width * height > maxPixels) {
            throw InferenceException.invalid(
                    FIELD,
                    "has " + width + " x " + height + " pixels, more than transform.max_pixels (" + maxPixels + ")");
        }
        if (Math.max(width, height) > LONGEST_SIDE) {
            throw InferenceException.invalid(
                    FIELD, "has " + width + " x " + height + " pixels, more than " + LONGEST_SIDE + " on one side");
        }
        if (Math.min(width, height) < 1) {
            throw InferenceException.invalid(FIELD, "has no pixels");
        }
    }

    /**
     * Stops a reader in the middle of a picture that nobody waits for.
     *
     * @thread the one that reads
     */
    private static final class Stop implements IIOReadProgressListener {

        private final BooleanSupplier givenUp;
        private boolean stopped;

        Stop(BooleanSupplier givenUp) {
            this.givenUp = givenUp;
        }

        @Override
        public void imageProgress(ImageReader source, float percentageDone) {
            if (!stopped && givenUp.getAsBoolean()) {
                stopped = true;
                source.abort();
            }
        }

        @Override
        public void sequenceStarted(ImageReader source, int minIndex) {}

        @Override
        public void sequenceComplete(ImageReader source) {}

        @Override
        public void imageStarted(ImageReader source, int imageIndex) {}

        @Override
        public void imageComplete(ImageReader source) {}

        @Override
        public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

        @Override
        public void thumbnailProgress(ImageReader source, float percentageDone) {}

        @Override
        public void thumbnailComplete(ImageReader source) {}

        @Override
        public void readAborted(ImageReader source) {}
    }
}

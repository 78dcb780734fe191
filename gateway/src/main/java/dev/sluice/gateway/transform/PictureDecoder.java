package dev.sluice.gateway.transform;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;

/**
 * Decodes pictures with the readers of ImageIO.
 *
 * @thread any; what it is given and gives belongs to the caller
 * @bound {@code transform.max_pixels}, asked of the picture's head before a pixel is decoded; 8 bytes for each of them
 * @errors UnsupportedMediaType for what is no picture, InvalidRequest for one that is too large or broken, Cancelled for
 *     one that nobody waits for any more
 */
final class PictureDecoder {

    /** A picture keeps at least as many pixels each way, when most of them would only be summed up. */
    private static final int LEAST_KEPT = 512;

    private static final int CMYK = 4;
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
        int orientation = format == PictureFormat.JPEG ? requireReadable(JpegHead.of(bytes)) : 1;
        ImageReader reader = reader(format);
        try (ByteArrayImageInputStream in = new ByteArrayImageInputStream(
                bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining())) {
            reader.setInput(in, true, true);
            return new Picture(read(reader, keeps(format, wanted), givenUp), orientation);
        } catch (IOException | RuntimeException broken) { // readers throw whatever a broken file leads them to
            if (broken instanceof InferenceException refused) {
                throw refused;
            }
            throw InferenceException.invalid(
                    FIELD, "the " + format + " is broken or cut short: " + broken.getMessage());
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

    /** A reader of the JDK fills what is missing of a picture with gray, and no model should guess at that. */
    private static int requireReadable(JpegHead head) {
        if (head.components() == CMYK) {
            throw InferenceException.invalid(FIELD, "is a JPEG in CMYK, for printing; save it in RGB");
        }
        if (!head.whole()) {
            throw InferenceException.invalid(FIELD, "the JPEG is cut short: it has no end");
        }
        return head.orientation();
    }

    /** How many pixels each way are enough; the reader of WebP gives all it has. */
    private static int keeps(PictureFormat format, int wanted) {
        return format == PictureFormat.WEBP ? Integer.MAX_VALUE : Math.max(LEAST_KEPT, 2 * wanted);
    }

    private BufferedImage read(ImageReader reader, int enough, BooleanSupplier givenUp) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if ((long) width * height > maxPixels) {
            throw InferenceException.invalid(
                    FIELD,
                    "has " + width + " x " + height + " pixels, more than transform.max_pixels (" + maxPixels + ")");
        }
        ImageReadParam how = reader.getDefaultReadParam();
        int each = Math.max(1, Math.min(width, height) / enough);
        if (each > 1) {
            how.setSourceSubsampling(each, each, each / 2, each / 2);
        }
        Stop stop = new Stop(givenUp);
        reader.addIIOReadProgressListener(stop);
        BufferedImage image = reader.read(0, how);
        if (stop.stopped) {
            throw new InferenceException(new InferenceError.Cancelled());
        }
        return image;
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

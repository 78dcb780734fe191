package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Channels;
import dev.sluice.worker.contract.ImageInput.Invert;
import dev.sluice.worker.contract.ImageInput.Resize;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes a tensor of a picture: decoded, then resized as it is stored, and turned upright, inverted and normalised on the
 * way into the tensor's memory.
 *
 * @thread any
 * @bound beside the decoded picture, whose pixels are bounded, some of its rows; {@link PixelMemory} is kept
 * @errors those of {@link PictureDecoder}; InvalidRequest where nothing is drawn on what should be a drawing
 */
public final class ImageTransform {

    private static final int LIGHT = 128;
    private static final int WHITE = 255;

    /** So many rows of a picture show how light its border is. */
    private static final int BORDER_SAMPLES = 32;

    private final PictureDecoder decoder;

    /** @param maxPixels of a picture */
    public ImageTransform(long maxPixels) {
        this.decoder = new PictureDecoder(maxPixels);
    }

    /**
     * Fills the memory of a tensor, and says where in the picture that lies which is in it.
     *
     * @param picture from position to limit of an array
     * @param memory as long as the one row of {@code to}, little-endian
     * @param givenUp whether nobody waits any more
     * @throws InferenceException Cancelled then
     */
    public PictureFrame apply(ByteBuffer picture, ImageInput to, ByteBuffer memory, BooleanSupplier givenUp) {
        Picture decoded = decoder.decode(picture, Math.max(to.width(), to.height()), givenUp);
        PixelRows rows = new PixelRows(decoded.image(), to.channels().count());
        Turn turn = new Turn(decoded.orientation(), to.width(), to.height());
        boolean drawing = to.resize() == Resize.INK;
        boolean inverted = !drawing && isInverted(rows, to);
        @Nullable Ink ink = drawing ? Ink.of(rows, to.invert()) : null;
        Framing framing = ink == null
                ? Framing.of(to, rows.width(), rows.height(), turn.wide(), turn.high())
                : Framing.of(ink, to, rows, turn.wide(), turn.high());
        int background = inverted ? WHITE - to.background() : to.background();
        byte @Nullable [] tone = ink == null ? null : ink.tone();
        new TensorWriter(turn, to, inverted, memory)
                .write(new ResizedRows(rows, framing, turn.wide(), background, tone));
        return PictureFrame.of(decoded, framing, turn);
    }

    private static boolean isInverted(PixelRows rows, ImageInput to) {
        return to.invert() == Invert.AUTO ? borderIsLight(rows, to.channels()) : to.invert() == Invert.TRUE;
    }

    private static boolean borderIsLight(PixelRows rows, Channels channels) {
        int count = channels.count();
        byte[] row = new byte[rows.width() * count];
        long sum = 0;
        long seen = 0;
        int step = Math.max(1, rows.height() / BORDER_SAMPLES);
        for (int y = 0; y < rows.height(); y = y == rows.height() - 1 ? y + 1 : Math.min(rows.height() - 1, y + step)) {
            rows.read(y, row);
            boolean whole = y == 0 || y == rows.height() - 1;
            for (int i = 0; i < row.length; i++) {
                if (whole || i < count || i >= row.length - count) {
                    sum += row[i] & 0xFF;
                    seen++;
                }
            }
        }
        return sum >= seen * LIGHT;
    }
}

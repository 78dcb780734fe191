package dev.sluice.gateway.fake;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Makes pictures for tests. */
public final class Pictures {

    private Pictures() {}

    /** Four fields: red, green, blue and white, from the upper left by rows. */
    public static BufferedImage fields(int width, int height, int type) {
        BufferedImage image = new BufferedImage(width, height, type);
        Graphics2D pen = image.createGraphics();
        Color[] colours = {Color.RED, Color.GREEN, Color.BLUE, Color.WHITE};
        for (int i = 0; i < colours.length; i++) {
            pen.setColor(colours[i]);
            pen.fillRect(i % 2 * width / 2, i / 2 * height / 2, width / 2, height / 2);
        }
        pen.dispose();
        return image;
    }

    /** Where something is on a sheet, and how large. */
    public record Place(double scale, int right, int down) {}

    /** A digit of MNIST's kind on a sheet of paper: scaled up, dark on light, and not in the middle. */
    public static BufferedImage photo(BufferedImage digit, int width, int height, Place place) {
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) { // the light falls from the upper left
                int gray = 235 - 30 * (x + y) / (width + height) + (31 * x + 17 * y) % 7;
                sheet.setRGB(x, y, gray << 16 | gray << 8 | gray - 12);
            }
        }
        int side = (int) (digit.getWidth() * place.scale);
        BufferedImage large = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        Graphics2D pen = large.createGraphics();
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        pen.drawImage(digit, 0, 0, side, side, null);
        pen.dispose();
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int ink = large.getRaster().getSample(x, y, 0);
                int to = sheet.getRGB(x + place.right, y + place.down) & 0xFF;
                int gray = to + (40 - to) * ink / 255;
                sheet.setRGB(x + place.right, y + place.down, gray << 16 | gray << 8 | gray);
            }
        }
        return sheet;
    }

    public static byte[] write(BufferedImage image, String format) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, format, out)) {
                throw new IllegalArgumentException("no writer takes that as " + format);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static byte[] progressive(BufferedImage image) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ImageWriteParam how = writer.getDefaultWriteParam();
        how.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream to = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(to);
            writer.write(
                    writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), how),
                    new IIOImage(image, null, null),
                    how);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    /** That JPEG, said to be stored so; in one of the two orders of bytes. */
    public static byte[] oriented(byte[] jpeg, int orientation, boolean littleEndian) {
        ByteBuffer exif = ByteBuffer.allocate(2 + 2 + 6 + 8 + 2 + 12 + 4);
        exif.putShort((short) 0xFFE1).putShort((short) (exif.capacity() - 2));
        exif.putInt(0x45786966).putShort((short) 0);
        exif.putShort((short) (littleEndian ? 0x4949 : 0x4D4D));
        exif.order(littleEndian ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        exif.putShort((short) 42).putInt(8).putShort((short) 1);
        exif.putShort((short) 0x0112)
                .putShort((short) 3)
                .putInt(1)
                .putShort((short) orientation)
                .putShort((short) 0);
        exif.putInt(0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        out.write(exif.array(), 0, exif.capacity());
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }

    /** Stored so that who turns it as EXIF says sees the picture upright. */
    public static BufferedImage stored(BufferedImage upright, int orientation) {
        int width = upright.getWidth();
        int height = upright.getHeight();
        boolean swaps = orientation >= 5;
        BufferedImage stored =
                new BufferedImage(swaps ? height : width, swaps ? width : height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int fromRight = width - 1 - x;
                int fromBottom = height - 1 - y;
                // EXIF's table: on which side of the upright picture the first row and the first column lie.
                int row =
                        switch (orientation) {
                            case 1, 2 -> y;
                            case 3, 4 -> fromBottom;
                            case 5, 8 -> x;
                            default -> fromRight;
                        };
                int column =
                        switch (orientation) {
                            case 1, 4 -> x;
                            case 2, 3 -> fromRight;
                            case 5, 6 -> y;
                            default -> fromBottom;
                        };
                stored.setRGB(column, row, upright.getRGB(x, y));
            }
        }
        return stored;
    }
}

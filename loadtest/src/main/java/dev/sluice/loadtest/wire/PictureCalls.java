package dev.sluice.loadtest.wire;

import io.vertx.core.buffer.Buffer;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import javax.imageio.ImageIO;

/**
 * Photos of written digits: ink on paper, with the grain of a camera, so that they are as long as photos are. Each comes as
 * itself, as a part of a form, and as base64 in JSON.
 *
 * @thread any; holds nothing
 */
public final class PictureCalls {

    private static final long SEED = 20_261_122L;
    private static final double WIDE_FOR_HIGH = 4.0 / 3;
    private static final Color PAPER = new Color(205, 203, 198);
    private static final Color INK = new Color(40, 42, 60);
    private static final int GRAIN = 36;
    private static final float STROKE = 0.09f;

    /** Of the height of the paper. */
    private static final double DIGIT = 0.6;

    private static final String BOUNDARY = "----what-no-picture-has";

    private PictureCalls() {}

    /** The same bytes each time. */
    public static List<PictureCall> of(double megapixels) throws IOException {
        int high = (int) Math.round(Math.sqrt(megapixels * 1e6 / WIDE_FOR_HIGH));
        int wide = (int) Math.round(high * WIDE_FOR_HIGH);
        List<PictureCall> calls = new ArrayList<>();
        for (Map.Entry<String, Shape> digit : digits().entrySet()) {
            byte[] jpeg = photo(digit.getValue(), wide, high);
            calls.add(new PictureCall(digit.getKey(), "image/jpeg", Buffer.buffer(jpeg)));
            calls.add(new PictureCall(digit.getKey(), "multipart/form-data; boundary=" + BOUNDARY, form(jpeg)));
            calls.add(new PictureCall(digit.getKey(), "application/json", json(jpeg)));
        }
        return calls;
    }

    /** In a square of 1 by 1, by what is easily drawn. */
    private static Map<String, Shape> digits() {
        return new TreeMap<>(Map.of(
                "0", new Ellipse2D.Double(0.24, 0.1, 0.52, 0.8),
                "1", strokes(0.5, 0.1, 0.5, 0.9),
                "7", strokes(0.25, 0.12, 0.75, 0.12, 0.42, 0.9)));
    }

    private static Shape strokes(double... points) {
        Path2D path = new Path2D.Double();
        path.moveTo(points[0], points[1]);
        for (int i = 2; i < points.length; i += 2) {
            path.lineTo(points[i], points[i + 1]);
        }
        return path;
    }

    private static byte[] photo(Shape digit, int wide, int high) throws IOException {
        BufferedImage image = new BufferedImage(wide, high, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D pen = image.createGraphics();
        pen.setColor(PAPER);
        pen.fillRect(0, 0, wide, high);
        double side = DIGIT * high;
        pen.translate((wide - side) / 2, (high - side) / 2);
        pen.scale(side, side);
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setStroke(new BasicStroke(STROKE, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        pen.setColor(INK);
        pen.draw(digit);
        pen.dispose();
        addGrain(((DataBufferByte) image.getRaster().getDataBuffer()).getData());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", out);
        return out.toByteArray();
    }

    private static void addGrain(byte[] samples) {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < samples.length; i++) {
            samples[i] +=
                    (byte) random.nextInt(-GRAIN, GRAIN + 1); // neither ink nor paper is so near to black or white
        }
    }

    private static Buffer form(byte[] jpeg) {
        return Buffer.buffer("--" + BOUNDARY
                        + "\r\nContent-Disposition: form-data; name=\"image\"; filename=\"photo.jpg\"\r\n"
                        + "Content-Type: image/jpeg\r\n\r\n")
                .appendBytes(jpeg)
                .appendString("\r\n--" + BOUNDARY + "--\r\n");
    }

    private static Buffer json(byte[] jpeg) {
        return Buffer.buffer("{\"image\":\"")
                .appendBytes(Base64.getEncoder().encode(jpeg))
                .appendBytes("\"}".getBytes(StandardCharsets.US_ASCII));
    }
}

package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.ImageInput;
import dev.sluice.worker.contract.ImageInput.Channels;
import dev.sluice.worker.contract.ImageInput.Filter;
import dev.sluice.worker.contract.ImageInput.Invert;
import dev.sluice.worker.contract.ImageInput.Layout;
import dev.sluice.worker.contract.ImageInput.Resize;
import dev.sluice.worker.contract.ImageInput.Values;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.TensorSpec;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a JPEG costs on its way to a tensor of 3 x 224 x 224, beside what ImageIO needs to decode it and no more. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(value = 2, jvmArgs = "-Xmx1g")
public class PictureBenchmark {

    private static final int SIDE = 224;

    /** Pixels each way. */
    @Param({"224", "1000"})
    public int size;

    private final ImageTransform transform = new ImageTransform(1 << 24);
    private final ImageInput input = new ImageInput(
            new TensorSpec("image", DataType.FP32, new Shape(-1, 3, SIDE, SIDE)),
            SIDE,
            SIDE,
            Channels.RGB,
            Layout.NCHW,
            Resize.STRETCH,
            Filter.BILINEAR,
            Invert.FALSE,
            0,
            new Values(1 / 255.0, List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225)));
    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(3 * SIDE * SIDE * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private byte[] jpeg = new byte[0];

    /** Of soft colours and some noise, as photos are. */
    @Setup
    public void make() throws IOException {
        ImageIO.setUseCache(false);
        SplittableRandom random = new SplittableRandom(1);
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                int red = (int) (128 + 90 * Math.sin(7.0 * x / size)) + random.nextInt(20);
                int green = (int) (128 + 90 * Math.sin(5.0 * y / size)) + random.nextInt(20);
                int blue = (int) (128 + 90 * Math.cos(9.0 * (x + y) / size)) + random.nextInt(20);
                image.setRGB(x, y, red << 16 | green << 8 | blue);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "jpeg", out);
        jpeg = out.toByteArray();
    }

    @Benchmark
    public BufferedImage decodedAlone() throws IOException {
        return ImageIO.read(new ByteArrayInputStream(jpeg));
    }

    @Benchmark
    public ByteBuffer toTensor() {
        transform.apply(ByteBuffer.wrap(jpeg), input, memory, () -> false);
        return memory;
    }
}

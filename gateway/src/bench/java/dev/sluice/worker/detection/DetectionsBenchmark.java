package dev.sluice.worker.detection;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Box;
import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Kept;
import dev.sluice.worker.contract.BoxesOutput.Places;
import dev.sluice.worker.contract.BoxesOutput.Scores;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** From a detector's output of 84 x 8,400 numbers to boxes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 4, time = 2)
@Fork(value = 2, jvmArgs = "-Xmx1g")
public class DetectionsBenchmark {

    private static final int BOXES = 8400;
    private static final int CLASSES = 80;

    /** Whether the numbers of a box stand apart, as YOLOv8 has them, or together, as YOLOv5. */
    @Param({"true", "false"})
    public boolean boxesLast;

    /** How many boxes of all are probable enough. */
    @Param({"100", "8400"})
    public int probable;

    private Tensor output = new Tensor("y", DataType.FP32, new Shape(0), ByteBuffer.allocate(0));
    private BoxesOutput how = how(false);

    private static BoxesOutput how(boolean boxesLast) {
        return new BoxesOutput(
                new Places("y", "", "", "", boxesLast),
                new Box(Corners.CXCYWH, Units.PIXELS),
                new Scores(Form.PER_CLASS, Activation.NONE, -1),
                new Kept(0.25, 0.45, Suppression.PER_CLASS, 100));
    }

    /** Boxes in groups around things, as detectors give them. */
    @Setup
    public void make() {
        SplittableRandom random = new SplittableRandom(1);
        int columns = 4 + CLASSES;
        ByteBuffer data =
                ByteBuffer.allocateDirect(BOXES * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int box = 0; box < BOXES; box++) {
            boolean likely = random.nextInt(BOXES) < probable;
            int thing = random.nextInt(20);
            for (int column = 0; column < columns; column++) {
                float number =
                        switch (column) {
                            case 0, 1 -> 30 * thing + random.nextInt(20);
                            case 2, 3 -> 60 + random.nextInt(20);
                            default ->
                                column == 4 + thing && likely
                                        ? 0.25f + random.nextInt(1000) / 1400f
                                        : random.nextInt(1000) / 4100f;
                        };
                data.putFloat(4 * (boxesLast ? column * BOXES + box : box * columns + column), number);
            }
        }
        Shape shape = boxesLast ? new Shape(1, columns, BOXES) : new Shape(1, BOXES, columns);
        output = new Tensor("y", DataType.FP32, shape, data);
        how = how(boxesLast);
    }

    @Benchmark
    public List<Detections> boxes() {
        return Detections.of(name -> output, how);
    }
}

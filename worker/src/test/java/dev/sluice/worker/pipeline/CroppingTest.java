package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.detection.Numbers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CroppingTest {

    private static final List<String> ALL = List.of("image", "boxes", "index");

    private long taken;
    private boolean over;
    private final Room room = new Room() {
        @Override
        public void take(long bytes) {
            taken += bytes;
        }

        @Override
        public void give(long bytes) {
            taken -= bytes;
        }

        @Override
        public boolean isOver() {
            return over;
        }
    };

    static Tensor floats(String name, Shape shape, double... values) {
        ByteBuffer data = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            data.putFloat(Float.BYTES * i, (float) values[i]);
        }
        return new Tensor(name, DataType.FP32, shape, data);
    }

    static Tensor longs(String name, long... values) {
        ByteBuffer data = ByteBuffer.allocate(Long.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(values);
        return new Tensor(name, DataType.INT64, new Shape(values.length), data);
    }

    private static double[] numbers(Tensor tensor) {
        double[] numbers = new double[(int) tensor.shape().elementCount()];
        Arrays.setAll(numbers, i -> Numbers.at(tensor, i));
        return numbers;
    }

    /** One picture of eight by six in one channel, as the reference has it. */
    private static Tensor picture() {
        double[] pixels = new double[48];
        for (int i = 0; i < pixels.length; i++) {
            int x = i % 8;
            int y = i / 8;
            pixels[i] = (x * x + 3 * y * y + x * y) % 17;
        }
        return floats("image", new Shape(1, 1, 6, 8), pixels);
    }

    private List<Tensor> run(String crop, List<String> wanted, @Nullable Rows rows, Tensor... inputs) {
        Crop read = CropText.read(crop);
        Map<String, TensorSpec> given = new LinkedHashMap<>();
        for (Tensor input : inputs) {
            given.put(input.name(), new TensorSpec(input.name(), input.dataType(), input.shape()));
        }
        Signature signature = CropCheck.signature(read, given);
        List<Tensor> outputs = new Cropping(read, signature, List.of(inputs), rows).run(wanted, room);
        for (Tensor output : outputs) {
            TensorSpec said = signature.output(output.name());
            assertTrue(said != null && said.shape().accepts(output.shape()), said + " became " + output);
            assertEquals(said.dataType(), output.dataType());
        }
        return outputs;
    }

    private List<Tensor> run(String crop, Tensor... inputs) {
        return run(crop, ALL, null, inputs);
    }

    private static Tensor box(double... corners) {
        return floats("boxes", new Shape(1, corners.length / 4, 4), corners);
    }

    /** Pillow 12: {@code Image.resize(size, BILINEAR, box=box)} of the same numbers. */
    @Test
    void piecesAreThoseOfPillow() {
        assertArrayEquals(
                new double[] {7.61058, 9.46329, 10.20229, 7.44268, 8.32887, 8.42511},
                numbers(run("3x2", picture(), box(1.25, 0.5, 7.5, 5.75)).getFirst()),
                1e-4);
        assertArrayEquals(
                new double[] {
                    6.8125, 9.1875, 12.0625, 12.25, 9.75, 9.875, 7.5, 9.0625, 12.1875, 11.5625, 7.1875, 7.5625, 6.5,
                    6.1875, 9.5625, 9.1875, 5.0625, 5.6875, 5.9375, 4.8125, 8.4375, 8.3125, 4.4375, 5.3125
                },
                numbers(run("6x4", picture(), box(2, 1, 5, 3)).getFirst()),
                1e-4);
        assertArrayEquals(
                new double[] {7.58929, 9.97321, 8.30804, 8.33036},
                numbers(run("2x2", picture(), box(0, 0, 8, 6)).getFirst()),
                1e-4);
        assertArrayEquals(
                new double[] {5.76562, 6.0, 5.375, 6.0},
                numbers(run("2x2", picture(), box(6.5, 4.5, 8, 6)).getFirst()),
                1e-4);
    }

    @Test
    void aBoxOfTheSizeOfItsPieceIsWhatIsThere() {
        Tensor piece = run("3x2", picture(), box(1, 2, 4, 4)).getFirst();
        assertEquals(new Shape(1, 1, 2, 3), piece.shape());
        double[] all = numbers(picture());
        assertArrayEquals(new double[] {all[17], all[18], all[19], all[25], all[26], all[27]}, numbers(piece));
    }

    @Test
    void pixelsStandApartOrTogetherAndAreOfSeveralTypes() {
        ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 12; i++) {
            bytes.put(i, (byte) (240 + i));
        }
        Tensor pixels = new Tensor("image", DataType.UINT8, new Shape(1, 2, 2, 3), bytes);
        Tensor piece = run("1x2", pixels, box(1, 0, 2, 2)).getFirst();
        assertEquals(new Shape(1, 2, 1, 3), piece.shape());
        assertArrayEquals(new double[] {243, 244, 245, 249, 250, 251}, numbers(piece));
        Tensor planes = new Tensor("image", DataType.UINT8, new Shape(1, 3, 2, 2), bytes);
        assertArrayEquals(
                new double[] {241, 243, 245, 247, 249, 251},
                numbers(run("1x2", planes, box(1, 0, 2, 2)).getFirst()));
        ByteBuffer halves = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) {
            halves.putShort(2 * i, Float.floatToFloat16(i / 2f));
        }
        Tensor half = new Tensor("image", DataType.FP16, new Shape(1, 1, 2, 2), halves);
        assertArrayEquals(
                new double[] {0.75}, numbers(run("1x1", half, box(0, 0, 2, 2)).getFirst()));
    }

    @Test
    void boxesAreWrittenInSeveralWays() {
        double[] same = {1, 2, 4, 5};
        assertArrayEquals(same, numbers(run("1x1", picture(), box(1, 2, 4, 5)).get(1)));
        assertArrayEquals(
                same, numbers(run("1x1, yxyx", picture(), box(2, 1, 5, 4)).get(1)));
        assertArrayEquals(
                same, numbers(run("xywh, 1x1", picture(), box(1, 2, 3, 3)).get(1)));
        assertArrayEquals(
                same, numbers(run("1x1, cxcywh", picture(), box(2.5, 3.5, 3, 3)).get(1)));
        assertArrayEquals(
                same,
                numbers(run("1x1, fractions", picture(), box(1 / 8.0, 2 / 6.0, 4 / 8.0, 5 / 6.0))
                        .get(1)),
                1e-6);
    }

    @Test
    void whatHasNoAreaInThePictureIsNoBox() {
        double nan = Double.NaN;
        double far = Double.POSITIVE_INFINITY;
        Tensor boxes = box(
                0, 0, 0, 0, 5, 5, 2, 2, nan, 0, 1, 1, 0, 0, far, 1, -5, -5, -1, -1, 9, 0, 12, 4, -3, -3, 2, 2, 7, 5, 99,
                99, 1, 1, 1, 3);
        List<Tensor> cut = run("2x2", picture(), boxes);
        assertArrayEquals(new double[] {0, 0, 2, 2, 7, 5, 8, 6}, numbers(cut.get(1)), "cut off at the edges");
        assertEquals(new Shape(2, 1, 2, 2), cut.getFirst().shape());
        List<Tensor> none = run("2x2", picture(), box(0, 0, 0, 0));
        assertEquals("[image FP32[0,1,2,2], boxes FP32[0,4], index INT64[0]]", none.toString());
        assertEquals(
                "[0,1,2,2]", run("2x2", picture(), box()).getFirst().shape().toString());
    }

    private static Tensor two() {
        return floats("image", new Shape(3, 1, 1, 2), 1, 2, 3, 4, 5, 6);
    }

    private static final Tensor BOXES =
            floats("boxes", new Shape(3, 2, 4), 0, 0, 1, 1, 1, 0, 2, 1, 0, 0, 2, 1, 1, 0, 2, 1, 0, 0, 1, 1, 0, 0, 2, 1);

    @Test
    void eachPieceIsOfItsOwnPictureAndKeepsWhatStoodBesideItsBox() {
        Tensor kinds = floats("kind", new Shape(3, 2, 2), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
        List<Tensor> cut =
                run("1x1", List.of("index", "image", "kind"), null, two(), BOXES, longs("count", 1, 0, 9), kinds);
        assertArrayEquals(new double[] {0, 2, 2}, numbers(cut.get(0)));
        assertArrayEquals(new double[] {1, 5, 5.5}, numbers(cut.get(1)));
        assertEquals("kind FP32[3,2]", cut.get(2).toString());
        assertArrayEquals(new double[] {0, 1, 8, 9, 10, 11}, numbers(cut.get(2)));
        List<Tensor> some = run("1x1", ALL, new Rows(9, new int[] {2, 5, 7}), two(), BOXES);
        assertArrayEquals(new double[] {2, 2, 5, 5, 7, 7}, numbers(some.get(2)), "as the client counts");
    }

    @Test
    void boxesThatScoreTooLittleOrAreTooManyAreLeftOut() {
        Tensor scores = floats("score", new Shape(3, 2), 0.5, 0.6, 0.4, 0.51, Double.NaN, 0.9);
        List<Tensor> sure = run("1x1, score_threshold 0.51", List.of("index", "score"), null, two(), BOXES, scores);
        assertArrayEquals(new double[] {0, 1, 2}, numbers(sure.get(0)));
        assertArrayEquals(new double[] {0.6, 0.51, 0.9}, numbers(sure.get(1)), 1e-6);
        List<Tensor> first = run("1x1, max_boxes 1", two(), BOXES);
        assertArrayEquals(new double[] {0, 1, 2}, numbers(first.get(2)));
        assertArrayEquals(new double[] {1, 3.5, 5}, numbers(first.get(0)));
    }

    @Test
    void onePictureNeedsNoRows() {
        Tensor image = floats("image", new Shape(1, 1, 2), 7, 8);
        Tensor boxes = floats("boxes", new Shape(2, 4), 1, 0, 2, 1, 0, 0, 1, 1);
        List<Tensor> cut = run(
                "1x1", List.of("image", "index", "score"), null, image, boxes, floats("score", new Shape(2), 0.1, 0.2));
        assertArrayEquals(new double[] {8, 7}, numbers(cut.get(0)));
        assertArrayEquals(new double[] {0, 0}, numbers(cut.get(1)));
        assertArrayEquals(new double[] {0.1, 0.2}, numbers(cut.get(2)), 1e-6);
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() {
        Tensor ofOne = floats("boxes", new Shape(1, 4), 0, 0, 1, 1);
        refused("boxes [1,4] are of one picture, and there are 3", two(), ofOne);
        refused(
                "score FP32[3,1] is not of as many boxes as boxes FP32[3,2,4]",
                two(),
                BOXES,
                floats("score", new Shape(3, 1), 1, 1, 1));
        refused("count INT64[2] is not one number for each picture", two(), BOXES, longs("count", 1, 1));
    }

    @Test
    void whatHasNotFourNumbersIsNoBox() {
        Crop crop = CropText.read("1x1");
        Tensor candidates = floats("boxes", new Shape(3, 6, 1), new double[18]);
        Signature signature = CropCheck.signature(
                crop,
                Map.of(
                        "image",
                        new TensorSpec("image", DataType.FP32, two().shape()),
                        "boxes",
                        new TensorSpec("boxes", DataType.FP32, new Shape(3, 6, Shape.VARIABLE))));
        InferenceException refusal = assertThrows(
                InferenceException.class,
                () -> new Cropping(crop, signature, List.of(two(), candidates), null).run(ALL, room));
        assertEquals("boxes [3,6,1] have not four numbers each", refusal.error().message());
    }

    /** The detector's picture is half as wide as the one that is cut, and the channels of each stand elsewhere. */
    @Test
    void pixelsOfASmallerPictureAreThoseOfTheLargeOneByTheirSizes() {
        Tensor image = floats("image", new Shape(1, 1, 2, 4), 1, 2, 3, 4, 5, 6, 7, 8);
        Tensor seen = floats("seen", new Shape(1, 2, 2, 3), new double[12]);
        List<Tensor> cut = run("1x1", image, box(1, 1, 2, 2), seen);
        assertArrayEquals(new double[] {2, 1, 4, 2}, numbers(cut.get(1)));
        assertArrayEquals(numbers(run("1x1", image, box(2, 1, 4, 2)).getFirst()), numbers(cut.getFirst()));
        assertThrows(
                IllegalArgumentException.class,
                () -> run("1x1", image, box(1, 1, 2, 2), floats("seen", new Shape(1, 2, 2, 2), new double[8])));
    }

    private void refused(String why, Tensor... inputs) {
        InferenceException refusal = assertThrows(InferenceException.class, () -> run("1x1", inputs));
        assertEquals(why, refusal.error().message());
    }

    @Test
    void itTakesTheMemoryThatItFillsAndStopsWhenNobodyWaits() {
        run("3x2", two(), BOXES);
        int beside = 4 * (2 + 3); // a line of two pixels, and one that has become three
        assertEquals(6 * (6 * 4 + 4 * 4 + 8) + beside, taken);
        over = true;
        assertThrows(InferenceException.class, () -> run("3x2", two(), BOXES));
        taken = 0;
        run("3x2", List.of("boxes"), null, two(), BOXES);
        assertEquals(6 * 4 * 4, taken, "what nobody takes is not made");
    }

    @Test
    void whatIsWrittenInTheBracketsIsUnderstood() {
        Crop crop = CropText.read("24x32 , cxcywh,fractions, nhwc, max_boxes 7, score_threshold 0.25");
        assertEquals(
                "24 32 CXCYWH FRACTIONS NHWC 7 0.25",
                crop.width() + " " + crop.height() + " " + crop.corners() + " " + crop.units() + " " + crop.layout()
                        + " " + crop.maxBoxes() + " " + crop.scoreThreshold());
        assertMisread("", "has nothing between the brackets of crop, which is not understood (expected WIDTHxHEIGHT");
        assertMisread("xyxy", "does not say how large the pieces are (expected WIDTHxHEIGHT");
        assertMisread("24x9999", "has 24x9999 between the brackets of crop, and 9999 is no number from 1 to 4096");
        assertMisread("0x0", "has 0x0 between the brackets of crop, and 0 is no number from 1 to 4096");
        assertMisread("5x0", "has 5x0 between the brackets of crop, and 0 is no number from 1 to 4096");
        assertMisread("5x99999", "has 5x99999 between the brackets of crop, and 99999 is no number from 1 to 4096");
        assertMisread(
                "2x2, max_boxes 20000",
                "has max_boxes 20000 between the brackets of crop, and 20000 is no number from 1 to 10000");
        assertMisread("2x2, max_boxes 0", "has max_boxes 0 between the brackets of crop, and 0 is no number from 1 to");
        assertMisread("2x2, xxyy", "has xxyy between the brackets of crop, which is not understood");
    }

    private static void assertMisread(String words, String why) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> CropText.read(words))
                .getMessage());
        assertTrue(message.startsWith(why), message);
    }
}

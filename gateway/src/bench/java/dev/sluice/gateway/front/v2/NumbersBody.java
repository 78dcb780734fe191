package dev.sluice.gateway.front.v2;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Requests of one row of numbers, as clients write them. */
public enum NumbersBody {
    /** Eight decimals: C, Go, load generators. */
    DECIMALS_784(784),
    /** Doubles in full, as Python writes them: up to 17 digits. */
    DOUBLES_784(784),
    /** A drawn digit: 81 % zeros, the rest parts of 255. */
    DIGITS_784(784),
    /** A photograph of 3 x 224 x 224, with eight decimals. */
    DECIMALS_150528(150_528);

    final int elements;

    NumbersBody(int elements) {
        this.elements = elements;
    }

    public int elements() {
        return elements;
    }

    /** The array alone. */
    public byte[] data() {
        Random random = new Random(784);
        return IntStream.range(0, elements)
                .mapToObj(i -> number(random))
                .collect(Collectors.joining(",", "[", "]"))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private String number(Random random) {
        return switch (this) {
            case DECIMALS_784, DECIMALS_150528 -> String.format(Locale.ROOT, "%.8f", random.nextDouble());
            case DOUBLES_784 -> Double.toString(random.nextDouble());
            case DIGITS_784 -> random.nextInt(100) < 81 ? "0.0" : Float.toString(random.nextInt(256) / 255f);
        };
    }

    /** A whole request. */
    public byte[] request() {
        String head = "{\"inputs\":[{\"name\":\"x\",\"shape\":[1," + elements + "],\"datatype\":\"FP32\",\"data\":";
        return (head + new String(data(), StandardCharsets.US_ASCII) + "}]}").getBytes(StandardCharsets.US_ASCII);
    }
}

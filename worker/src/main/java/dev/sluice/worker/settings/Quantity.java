package dev.sluice.worker.settings;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kind of value that is written as a whole number with a unit behind it, as in {@code 30s} or {@code 64MiB}.
 *
 * @param kind what such a value is called
 * @param example the unit to suggest to somebody who wrote none
 * @param units how many of the smallest unit each stands for; the empty unit only where a bare number is clear
 */
record Quantity(String kind, String example, Map<String, Long> units) {

    /** In nanoseconds. A bare number is refused: no two programs agree on what it would count. */
    static final Quantity DURATION = new Quantity(
            "duration",
            "s",
            Map.of(
                    "ns", 1L,
                    "us", 1_000L,
                    "ms", 1_000_000L,
                    "s", 1_000_000_000L,
                    "m", 60_000_000_000L,
                    "h", 3_600_000_000_000L));

    /** In bytes. {@code MB} is refused: some read it as 1000 times 1000, others as 1024 times 1024. */
    static final Quantity SIZE =
            new Quantity("size", "B", Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30));

    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)([A-Za-z]*)");

    /** That text as a count of the smallest unit. */
    long parse(String text) throws InvalidValueException {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidValueException("is not a " + kind);
        }
        Long factor = units.get(matcher.group(2));
        if (factor == null) {
            throw new InvalidValueException(
                    matcher.group(2).isEmpty() ? "needs a unit, as in " + text + example : "has an unknown unit");
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), factor);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new InvalidValueException("is out of range");
        }
    }
}

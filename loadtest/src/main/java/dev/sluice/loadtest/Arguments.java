package dev.sluice.loadtest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The options of a command line, each a {@code --name} followed by its value, over their defaults.
 *
 * @thread any; immutable
 * @errors {@link IllegalArgumentException} with a sentence for the user
 */
public final class Arguments {

    private final Map<String, String> values;

    private Arguments(Map<String, String> values) {
        this.values = values;
    }

    /** @param defaults every option there is, by its name without the dashes */
    public static Arguments parse(String[] arguments, Map<String, String> defaults) {
        Map<String, String> values = new TreeMap<>(defaults);
        for (int at = 0; at < arguments.length; at += 2) {
            String option = arguments[at];
            if (!option.startsWith("--") || !defaults.containsKey(option.substring(2))) {
                throw new IllegalArgumentException("unknown option " + option + "; there are " + names(defaults));
            }
            if (at + 1 == arguments.length) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            values.put(option.substring(2), arguments[at + 1]);
        }
        return new Arguments(values);
    }

    private static String names(Map<String, String> defaults) {
        return "--" + String.join(", --", new TreeMap<>(defaults).keySet());
    }

    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no option --" + name);
        }
        return value;
    }

    /** A whole number of at least {@code least}. */
    public int whole(String name, int least) {
        return whole(name, text(name), least);
    }

    /** Whole numbers of at least 1, separated by commas. */
    public List<Integer> counts(String name) {
        return Arrays.stream(text(name).split(","))
                .map(word -> whole(name, word, 1))
                .toList();
    }

    /** A length of time above 0, given in seconds as in 0.5. */
    public long nanos(String name) {
        String value = text(name);
        try {
            double seconds = Double.parseDouble(value);
            if (seconds > 0 && seconds <= 3600) {
                return Math.round(seconds * 1e9);
            }
        } catch (NumberFormatException wrong) {
            // Said below, together with numbers out of range.
        }
        throw new IllegalArgumentException("--" + name + " takes seconds, above 0 and up to 3600, not " + value);
    }

    /** A number from {@code least} to {@code most}. */
    public double number(String name, double least, double most) {
        return number(name, text(name), least, most);
    }

    /** Such numbers, separated by commas; at least one. */
    public List<Double> numbers(String name, double least, double most) {
        return Arrays.stream(text(name).split(",", -1))
                .map(word -> number(name, word, least, most))
                .toList();
    }

    private static double number(String name, String word, double least, double most) {
        try {
            double number = Double.parseDouble(word);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException wrong) {
            // Said below, together with numbers out of range.
        }
        throw new IllegalArgumentException(
                "--%s takes a number from %s to %s, not %s".formatted(name, least, most, word));
    }

    private static int whole(String name, String word, int least) {
        try {
            int value = Integer.parseInt(word);
            if (value >= least) {
                return value;
            }
        } catch (NumberFormatException wrong) {
            // Said below, together with numbers out of range.
        }
        throw new IllegalArgumentException("--" + name + " takes whole numbers from " + least + ", not " + word);
    }
}

package dev.sluice.gateway.admit;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one client may ask for, or all clients of one model.
 *
 * @param requests null for no such limit
 * @param rows null for no such limit
 * @param concurrent most requests at one time; {@link #NO_LIMIT} for no such limit
 */
public record Quota(@Nullable Rate requests, @Nullable Rate rows, int concurrent) {

    /** As many concurrent requests as come. */
    public static final int NO_LIMIT = 0;

    static final Quota UNLIMITED = new Quota(null, null, NO_LIMIT);

    /** How it is written, for messages. */
    static final String FORM =
            "some of N requests/WINDOW, N rows/WINDOW and N concurrent, with WINDOW as in s, 10s, 100ms,"
                    + " m or h; or unlimited";

    private static final Pattern RATE = Pattern.compile("(request|row)s?/(?<times>[0-9]{0,6})(?<unit>ms|s|m|h)");

    /**
     * Reads one, as in {@code 100 requests/s 5000 rows/10s 16 concurrent}.
     *
     * @throws IllegalArgumentException when it is none
     */
    static Quota parse(String text) {
        if (text.equals("unlimited")) {
            return UNLIMITED;
        }
        String[] words = text.split(" +", -1);
        if (words.length % 2 != 0) {
            throw new IllegalArgumentException(text);
        }
        Quota quota = UNLIMITED;
        for (int i = 0; i < words.length; i += 2) {
            quota = quota.with(Integer.parseInt(words[i]), words[i + 1]);
        }
        return quota;
    }

    /** This and one more limit, of a kind that it has not. */
    private Quota with(int count, String what) {
        if (what.equals("concurrent") && concurrent == NO_LIMIT && count > 0) {
            return new Quota(requests, rows, count);
        }
        Matcher rate = RATE.matcher(what);
        if (!rate.matches() || (isOfRows(what) ? rows : requests) != null) {
            throw new IllegalArgumentException(what);
        }
        long times = rate.group("times").isEmpty() ? 1 : Long.parseLong(rate.group("times"));
        Rate limit = new Rate(count, times * nanos(rate.group("unit")));
        return isOfRows(what) ? new Quota(requests, limit, concurrent) : new Quota(limit, rows, concurrent);
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> throw new IllegalArgumentException(unit);
        };
    }

    private static boolean isOfRows(String what) {
        return what.startsWith("row");
    }
}

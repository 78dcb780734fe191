package dev.sluice.gateway.front.v2;

/**
 * {@code NaN}, {@code Infinity} and {@code -Infinity}, bare, as Python's json and Java write them; and among the cells
 * of a table what is no number but stands for one.
 *
 * @thread stateless
 * @errors {@link BadJson} where they are not let in, which names the setting that does
 */
final class NonFinite {

    private NonFinite() {}

    /** Whether one of them stands here, and no number. */
    static boolean isNext(JsonCursor cursor) {
        byte next = cursor.peek();
        return next == 'N'
                || behindSign(cursor) == 'I'
                || (cursor.cells && (next == 'n' || next == 't' || next == 'f'));
    }

    /** Reads it. */
    static double read(JsonCursor cursor) {
        int start = cursor.position;
        double value = value(cursor);
        if (!cursor.nonFinite) {
            cursor.position = start;
            throw new BadJson(cursor.found() + " is not JSON, at byte " + start
                    + "; the setting json.nan_and_infinity: true lets it in");
        }
        return value;
    }

    private static double value(JsonCursor cursor) {
        if (cursor.tryReadWord("NaN")) {
            return Double.NaN;
        }
        if (cursor.tryReadWord("Infinity")) {
            return Double.POSITIVE_INFINITY;
        }
        if (cursor.tryReadWord("-Infinity")) {
            return Double.NEGATIVE_INFINITY;
        }
        if (cursor.cells) {
            return cell(cursor);
        }
        throw cursor.unexpected("a number");
    }

    private static double cell(JsonCursor cursor) {
        if (cursor.tryReadWord("null")) {
            return Double.NaN;
        }
        if (cursor.tryReadWord("true")) {
            return 1;
        }
        if (cursor.tryReadWord("false")) {
            return 0;
        }
        throw cursor.unexpected("a number");
    }

    private static byte behindSign(JsonCursor cursor) {
        int at = cursor.peek() == '-' ? cursor.position + 1 : cursor.position;
        return at < cursor.end ? cursor.bytes[at] : 0;
    }
}

package dev.sluice.gateway.front.v2;

/**
 * Small JSON on many lines, indented by two spaces, as Gson and Python's json have it, with a line's end behind it.
 *
 * @thread stateless
 */
public final class PrettyJson {

    private static final String INDENT = "  ";

    private PrettyJson() {}

    /** The same text, which is our own: without white space and well formed. */
    public static JsonOutput of(JsonOutput compact) {
        JsonOutput out = new JsonOutput(2 * compact.length());
        byte[] bytes = compact.array();
        int depth = 0;
        boolean inText = false;
        boolean escaped = false;
        for (int at = 0; at < compact.length(); at++) {
            byte here = bytes[at];
            if (inText) {
                inText = escaped || here != '"';
                escaped = !escaped && here == '\\';
                out.raw((char) here);
                continue;
            }
            if (isEnd(here)) {
                depth--;
                newLine(out, depth, !isBeginning(bytes[at - 1]));
            }
            out.raw((char) here);
            depth += isBeginning(here) ? 1 : 0;
            newLine(out, depth, here == ',' || (isBeginning(here) && !isEnd(bytes[at + 1])));
            out.raw(here == ':' ? " " : "");
            inText = here == '"';
        }
        return out.raw('\n');
    }

    private static void newLine(JsonOutput out, int depth, boolean wanted) {
        if (wanted) {
            out.raw('\n').raw(INDENT.repeat(depth));
        }
    }

    private static boolean isBeginning(byte here) {
        return here == '{' || here == '[';
    }

    private static boolean isEnd(byte here) {
        return here == '}' || here == ']';
    }
}

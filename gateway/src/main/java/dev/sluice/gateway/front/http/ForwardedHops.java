package dev.sluice.gateway.front.http;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The addresses that a request is said to have come through, the nearest first.
 *
 * <p>Read from the right, because there stands what the nearest proxy has added, and what a client has put to the left
 * of it, such as a quote that never closes, must not change how that is read.
 *
 * @thread confined to its front loop
 * @source RFC 7239 for {@code Forwarded}; {@code X-Forwarded-For} is the same without names and, mostly, quotes
 */
final class ForwardedHops {

    private static final String X_FORWARDED_FOR = "x-forwarded-for";
    private static final String FORWARDED = "forwarded";

    /** Gives nothing back that it has taken: clients write what it reads. */
    private static final Pattern FOR =
            Pattern.compile("(?:^|;)\\s*+for\\s*+=\\s*+(\"[^\"]*+\"|[^;\"]++)\\s*+(?=;|$)", Pattern.CASE_INSENSITIVE);

    private static final Pattern WITH_PORT = Pattern.compile("\\[(?<six>[^]]*+)](?::\\w*+)?|(?<four>[^:]*+):\\w*+");

    private final List<String> lines;
    private final boolean named;
    private int line;
    private int end;

    private ForwardedHops(List<String> lines, boolean named) {
        this.lines = lines;
        this.named = named;
        this.line = lines.size() - 1;
        this.end = lines.isEmpty() ? 0 : lines.getLast().length();
    }

    /** Whether that header says where a request came from, rather than whom it is from. */
    static boolean areSaidBy(String header) {
        return header.equalsIgnoreCase(X_FORWARDED_FOR) || header.equalsIgnoreCase(FORWARDED);
    }

    /** @param lines the values of the header, in the order they came */
    static ForwardedHops of(String header, List<String> lines) {
        return new ForwardedHops(lines, header.equalsIgnoreCase(FORWARDED));
    }

    /** The next address to the left; null when there is none, or none that can be read. */
    byte @Nullable [] next() {
        if (line < 0) {
            return null;
        }
        String text = lines.get(line);
        int comma = commaBefore(text, end);
        String hop = text.substring(comma + 1, end).strip();
        end = comma;
        if (comma < 0) {
            line--;
            end = line < 0 ? 0 : lines.get(line).length();
        }
        return address(named ? forOf(hop) : hop);
    }

    private static int commaBefore(String text, int end) {
        boolean quoted = false;
        for (int i = end - 1; i >= 0; i--) {
            quoted ^= text.charAt(i) == '"';
            if (text.charAt(i) == ',' && !quoted) {
                return i;
            }
        }
        return -1;
    }

    private static String forOf(String hop) {
        Matcher found = FOR.matcher(hop);
        return found.find() ? found.group(1).strip() : "";
    }

    private static byte @Nullable [] address(String hop) {
        boolean quoted = hop.length() > 1 && hop.startsWith("\"") && hop.endsWith("\"");
        String text = quoted ? hop.substring(1, hop.length() - 1) : hop;
        Matcher withPort = WITH_PORT.matcher(text);
        if (!withPort.matches()) {
            return AddressBlock.bytes(text);
        }
        String six = withPort.group("six");
        return AddressBlock.bytes(six != null ? six : withPort.group("four"));
    }
}

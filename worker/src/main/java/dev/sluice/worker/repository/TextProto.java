package dev.sluice.worker.repository;

import dev.sluice.worker.settings.SettingsException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a message in protobuf's text format, of whatever kind it is: which fields there may be is for others to say.
 *
 * <p>A value that stands in a list is a field of its own, as if its name had been repeated. Not read, since no file that
 * is meant here has them: names of extensions in brackets.
 *
 * @thread confined to the caller of {@link #parse}
 * @bound {@value #MOST_LEVELS} levels
 * @errors SettingsException with the line and, as far as it is known by then, the field
 * @source Protocol Buffers, "Text Format Language Specification"
 */
final class TextProto {

    /** Far above what a configuration needs, and far below what the stack can take. */
    static final int MOST_LEVELS = 50;

    /** What a field has. */
    sealed interface Value permits Scalar, Message {}

    /** A number, a word, or what stood in quotes. */
    record Scalar(String text) implements Value {}

    /** More fields, in their order. */
    record Message(List<Field> fields) implements Value {}

    /** @param line of its name, from 1 on */
    record Field(String name, int line, Value value) {}

    private static final String ESCAPED = "abfnrtv\\'\"?";
    private static final String MEANT = "\u0007\b\f\n\r\t\u000b\\'\"?";

    private final String file;
    private final String text;
    private int next;
    private int line = 1;

    private TextProto(String file, String text) {
        this.file = file;
        this.text = text;
    }

    /** @param file as errors are to name it */
    static Message parse(String file, String text) {
        return new TextProto(file, text).message("", '\0', 0);
    }

    /** The fields up to that bracket, or up to the end of the text. */
    private Message message(String path, char end, int level) {
        if (level > MOST_LEVELS) {
            throw fault(path, "is nested too deep (expected at most " + MOST_LEVELS + " levels)");
        }
        List<Field> fields = new ArrayList<>();
        skip();
        while (next < text.length() && (end == '\0' || text.charAt(next) != end)) {
            field(path, level, fields);
            skip();
            if (!take(',')) {
                take(';');
            }
            skip();
        }
        if (end != '\0' && !take(end)) {
            throw fault(path, "is not closed (expected " + end + ")");
        }
        return new Message(fields);
    }

    private void field(String path, int level, List<Field> fields) {
        int begins = line;
        String name = word();
        if (name.isEmpty()) {
            throw fault(path, "expected the name of a field, got " + got());
        }
        String inner = path.isEmpty() ? name : path + "." + name;
        skip();
        boolean colon = take(':');
        skip();
        if (!take('[')) {
            fields.add(new Field(name, begins, value(inner, colon, level)));
            return;
        }
        skip();
        while (!take(']')) {
            fields.add(new Field(name, line, value(inner, colon, level)));
            skip();
            if (!take(',') && (next == text.length() || text.charAt(next) != ']')) {
                throw fault(inner, "expected , or ] in a list, got " + got());
            }
            skip();
        }
    }

    private Value value(String path, boolean colon, int level) {
        if (take('{')) {
            return message(path, '}', level + 1);
        }
        if (take('<')) {
            return message(path, '>', level + 1);
        }
        if (!colon) {
            throw fault(path, "expected : or { behind the name of a field, got " + got());
        }
        if (next < text.length() && isQuote(text.charAt(next))) {
            return new Scalar(strings(path));
        }
        String word = word();
        if (word.isEmpty()) {
            throw fault(path, "expected a value, got " + got());
        }
        return new Scalar(word);
    }

    /** Those that stand side by side are one. */
    private String strings(String path) {
        StringBuilder all = new StringBuilder();
        while (next < text.length() && isQuote(text.charAt(next))) {
            string(path, all);
            skip();
        }
        return all.toString();
    }

    private void string(String path, StringBuilder out) {
        char quote = text.charAt(next++);
        while (next < text.length() && text.charAt(next) != quote && text.charAt(next) != '\n') {
            char character = text.charAt(next++);
            if (character == '\\' && next < text.length()) {
                int escape = ESCAPED.indexOf(text.charAt(next++));
                if (escape < 0) {
                    throw fault(path, "has an escape that is not read: \\" + text.charAt(next - 1));
                }
                character = MEANT.charAt(escape);
            }
            out.append(character);
        }
        if (!take(quote)) {
            throw fault(path, "has a text that does not end (expected " + quote + ")");
        }
    }

    /** A name or a number; empty if there is none. */
    private String word() {
        int begin = next;
        while (next < text.length() && isOfWord(text.charAt(next))) {
            next++;
        }
        return text.substring(begin, next);
    }

    private static boolean isOfWord(char character) {
        return (character >= 'a' && character <= 'z')
                || (character >= 'A' && character <= 'Z')
                || (character >= '0' && character <= '9')
                || "_.+-".indexOf(character) >= 0;
    }

    private static boolean isQuote(char character) {
        return character == '"' || character == '\'';
    }

    private boolean take(char wanted) {
        boolean there = next < text.length() && text.charAt(next) == wanted;
        next += there ? 1 : 0;
        return there;
    }

    /** Passes over spaces, ends of lines and comments. */
    private void skip() {
        while (next < text.length() && (Character.isWhitespace(text.charAt(next)) || text.charAt(next) == '#')) {
            if (text.charAt(next) == '#') {
                int end = text.indexOf('\n', next);
                next = end < 0 ? text.length() : end;
            } else {
                line += text.charAt(next++) == '\n' ? 1 : 0;
            }
        }
    }

    private String got() {
        return next == text.length() ? "the end of the file" : "'" + text.charAt(next) + "'";
    }

    private SettingsException fault(String path, String problem) {
        return new SettingsException(List.of(file + ":" + line + ": " + (path.isEmpty() ? "" : path + ": ") + problem));
    }
}

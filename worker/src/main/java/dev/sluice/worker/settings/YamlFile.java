package dev.sluice.worker.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A settings file, from its bytes to its YAML tree; {@link YamlTree} goes on from there.
 *
 * @bound files up to {@link #MAX_BYTES}, nested up to {@link #MAX_DEPTH} levels
 */
record YamlFile(Path path, Reading reading) {

    /** Far above what people write by hand; it keeps a mistaken path, say to a model, from being read whole. */
    static final int MAX_BYTES = 1 << 20;

    /** Far above any option record, and far below what the composer's recursion can take. */
    static final int MAX_DEPTH = 50;

    private static final LoadSettings SETTINGS = LoadSettings.builder().build();

    void read() {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                refuse("is too large for a settings file (expected at most 1 MiB)");
                return;
            }
            decode(ByteBuffer.wrap(bytes));
        } catch (NoSuchFileException e) {
            refuse("does not exist");
        } catch (IOException e) {
            refuse("cannot be read: " + Reading.shown(e.toString()));
        }
    }

    private void decode(ByteBuffer bytes) {
        try {
            compose(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
        } catch (CharacterCodingException e) {
            // The decoder leaves the position at the first byte that it could not read.
            ByteBuffer before = bytes.flip();
            refuseAt(lineOf(before), "the text is not UTF-8");
        }
    }

    /** Reads that text as if the file held it. */
    void compose(String text) {
        try {
            if (isShallow(text)) {
                new Compose(SETTINGS).composeString(text).ifPresent(root -> new YamlTree(path, reading).read(root));
            }
        } catch (MarkedYamlEngineException e) {
            refuseAt(
                    line(e.getProblemMark().or(e::getContextMark)), "not valid YAML: " + Reading.shown(e.getProblem()));
        } catch (YamlEngineException e) {
            refuse("not valid YAML: " + Reading.shown(String.valueOf(e.getMessage())));
        }
    }

    /** Looks at the events first, because the composer calls itself for each level until the stack overflows. */
    private boolean isShallow(String text) {
        int depth = 0;
        for (Event event : new Parse(SETTINGS).parseString(text)) {
            depth += switch (event.getEventId()) {
                case MappingStart, SequenceStart -> 1;
                case MappingEnd, SequenceEnd -> -1;
                default -> 0;
            };
            if (depth > MAX_DEPTH) {
                refuseAt(
                        line(event.getStartMark()),
                        "the nesting is too deep (expected at most " + MAX_DEPTH + " levels)");
                return false;
            }
        }
        return true;
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(Mark::getLine).orElse(0) + 1;
    }

    private static int lineOf(ByteBuffer before) {
        int line = 1;
        while (before.hasRemaining()) {
            line += before.get() == '\n' ? 1 : 0;
        }
        return line;
    }

    private void refuseAt(int line, String problem) {
        reading.refuse(path + ":" + line, problem);
    }

    private void refuse(String problem) {
        reading.refuse(path.toString(), problem);
    }
}

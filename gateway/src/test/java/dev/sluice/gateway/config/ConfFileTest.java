package dev.sluice.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.SettingSpec;
import dev.sluice.worker.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds conf/sluice.yaml, which operators read as the documentation of all settings, to the option records. */
class ConfFileTest {

    private static final Path CONF = Path.of("..", "conf", "sluice.yaml");
    private static final Pattern LINE = Pattern.compile("(?<indent> *)(?<key>[a-z0-9_]+):(?: (?<value>.+))?");

    /** A key of the file as it is written; {@code value} is empty for a section. */
    private record Written(String path, String value, List<String> comment) {}

    private final Settings<GatewayConfig> settings = Settings.of(GatewayConfig.class);
    private final List<Written> written = new ArrayList<>();

    @BeforeEach
    void readLines() throws Exception {
        Deque<String> sections = new ArrayDeque<>();
        List<String> comment = new ArrayList<>();
        for (String line : Files.readAllLines(CONF)) {
            Matcher matcher = LINE.matcher(line);
            if (line.strip().startsWith("#")) {
                comment.add(line.strip());
                continue;
            }
            if (matcher.matches()) {
                int depth = matcher.group("indent").length() / 2;
                while (sections.size() > depth) {
                    sections.removeLast();
                }
                sections.addLast(matcher.group("key"));
                String value = matcher.group("value") == null ? "" : matcher.group("value");
                written.add(new Written(String.join(".", sections), value, List.copyOf(comment)));
            }
            comment.clear();
        }
    }

    private List<Written> leaves() {
        return written.stream().filter(key -> !key.value().isEmpty()).toList();
    }

    @Test
    void hasEveryKeyOfTheRecordsInTheirOrderAndNoOther() {
        assertEquals(
                settings.list().stream().map(SettingSpec::path).toList(),
                leaves().stream().map(Written::path).toList());
    }

    @Test
    void changesNothing() {
        assertEquals(settings.load(), settings.file(CONF).load());
    }

    @Test
    void writesEachDefaultAsTheRecordDoes() {
        assertEquals(
                settings.list().stream()
                        .map(spec -> spec.defaultText().isEmpty() ? "\"\"" : spec.defaultText())
                        .toList(),
                leaves().stream().map(Written::value).toList());
    }

    @Test
    void explainsEveryKeyDirectlyAboveIt() {
        for (Written key : written) {
            assertTrue(!key.comment().isEmpty(), key.path() + " has no comment");
        }
    }

    @Test
    void namesTheDefaultInTheLastLineOfTheComment() {
        for (Written key : leaves()) {
            assertEquals("# Default: " + key.value(), key.comment().getLast(), key.path());
            assertTrue(key.comment().size() > 1, key.path() + " is not explained");
        }
    }

    @Test
    void namesTheRangeOfEveryKeyThatHasOne() {
        List<SettingSpec> specs = settings.list();
        for (int i = 0; i < specs.size(); i++) {
            SettingSpec spec = specs.get(i);
            String comment = String.join(" ", leaves().get(i).comment()).replace(" # ", " ");
            if (!spec.max().isEmpty()) {
                assertTrue(comment.contains(spec.min() + " to " + spec.max()), spec.path() + " names no range");
            }
        }
    }

    @Test
    void keepsToTheColumns() throws Exception {
        for (String line : Files.readAllLines(CONF)) {
            assertTrue(line.length() <= 120, line);
        }
    }
}

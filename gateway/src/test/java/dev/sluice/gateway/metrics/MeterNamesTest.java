package dev.sluice.gateway.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Operators read docs/operating.md: it has every meter and every reason, and no other. */
class MeterNamesTest {

    private static final Pattern ROW = Pattern.compile("^\\| `(sluice_\\w+)` \\|", Pattern.MULTILINE);

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "operating.md"));
    }

    @Test
    void thePageHasEachMeterAndNoOther() throws IOException, IllegalAccessException {
        Set<String> names = new TreeSet<>();
        for (Field field : MeterNames.class.getDeclaredFields()) {
            if (Modifier.isPublic(field.getModifiers())) {
                names.add(String.valueOf(field.get(null)));
            }
        }
        Set<String> written =
                ROW.matcher(page()).results().map(row -> row.group(1)).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(names, written);
    }

    @Test
    void thePageExplainsEachReason() throws IOException {
        String page = page();
        Stream.concat(Stream.of(FlushReason.values()), Stream.of(DropReason.values()))
                .map(reason -> "`" + reason.name().toLowerCase(Locale.ROOT) + "`")
                .forEach(word -> assertTrue(page.contains(word), word));
    }
}

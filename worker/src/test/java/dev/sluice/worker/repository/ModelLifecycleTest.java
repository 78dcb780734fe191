package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.ModelState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The table of ARCHITECTURE.md is the table that holds. */
class ModelLifecycleTest {

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (?!state)([a-z]+) \\| ([a-z, ]+) \\| [^|]+ \\|$");

    private static Map<ModelState, Set<ModelState>> drawn() throws IOException {
        String page = Files.readString(Path.of("../ARCHITECTURE.md"));
        String section = page.substring(page.indexOf("## The life of a model version"), page.indexOf("## Code map"));
        Matcher row = ROW.matcher(section);
        Map<ModelState, Set<ModelState>> drawn = new TreeMap<>();
        while (row.find()) {
            Set<ModelState> next = EnumSet.noneOf(ModelState.class);
            for (String word : row.group(2).split(", ")) {
                next.add(state(word));
            }
            drawn.put(state(row.group(1)), next);
        }
        return drawn;
    }

    private static ModelState state(String word) {
        return ModelState.valueOf(word.toUpperCase(Locale.ROOT));
    }

    @Test
    void theDrawnTableIsTheOneThatHolds() throws IOException {
        Map<ModelState, Set<ModelState>> table = new TreeMap<>();
        for (ModelState state : ModelState.values()) {
            table.put(state, ModelLifecycle.after(state));
        }
        assertEquals(table, drawn());
    }

    @ParameterizedTest
    @EnumSource(ModelState.class)
    void anyOtherStepIsADefect(ModelState next) {
        ModelLifecycle life = new ModelLifecycle();
        assertEquals(ModelState.UNLOADED, life.state());
        if (next == ModelState.LOADING) {
            life.enter(next);
            assertEquals(next, life.state());
        } else {
            assertThrows(IllegalStateException.class, () -> life.enter(next));
            assertEquals(ModelState.UNLOADED, life.state());
        }
    }
}

package dev.sluice.gateway.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The alerts that we ship ask for meters and words that there are. */
class AlertRulesTest {

    private static final Pattern METER = Pattern.compile("\\bsluice_[a-z_]+");
    private static final Pattern OUTCOMES = Pattern.compile("outcome=~?\"([a-z_|]+)\"");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

    private static String rules() throws IOException {
        return Files.readString(Path.of("..", "conf", "alerts.yaml"));
    }

    private static Set<String> found(Pattern pattern, int group, String text) {
        return pattern.matcher(text)
                .results()
                .map(match -> match.group(group))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void eachMeterIsOneOfOurs() throws IOException {
        String meters = Files.readString(
                Path.of("src", "main", "java", "dev", "sluice", "gateway", "metrics", "MeterNames.java"));
        Set<String> asked = found(METER, 0, rules());
        assertTrue(asked.size() > 8, asked.toString());
        asked.removeIf(name ->
                meters.contains('"' + name + '"') || meters.contains('"' + name.replaceFirst("_bucket$", "") + '"'));
        assertEquals(Set.of(), asked);
    }

    @Test
    void eachOutcomeIsAWordOfTheDocument() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "operating.md"));
        Set<String> words = found(OUTCOMES, 1, rules()).stream()
                .flatMap(list -> Stream.of(list.split("\\|")))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(words.size() >= 5, words.toString());
        words.removeIf(word -> page.contains('`' + word + '`'));
        assertEquals(Set.of(), words);
    }

    @Test
    void theDocumentNamesEachAlertOfDrift() throws IOException {
        String rules = rules();
        String drift = Files.readString(Path.of("..", "docs", "drift.md"));
        Set<String> alerts = found(ALERT, 1, rules.substring(0, rules.indexOf("sluice-serving")));
        assertEquals(3, alerts.size());
        alerts.removeIf(drift::contains);
        assertEquals(Set.of(), alerts);
    }
}

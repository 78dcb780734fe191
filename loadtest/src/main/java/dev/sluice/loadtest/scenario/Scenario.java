package dev.sluice.loadtest.scenario;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A question that a load test can answer.
 *
 * @thread any; immutable
 */
sealed interface Scenario permits GatlingScenario, GeneratorScenario, CostScenario {

    /** The enum constant's own. */
    String name();

    Verdict run(Session session) throws IOException, InterruptedException;

    /** As on the command line. */
    default String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All there are. */
    static List<Scenario> all() {
        return Stream.<Scenario[]>of(GatlingScenario.values(), GeneratorScenario.values(), CostScenario.values())
                .flatMap(Arrays::stream)
                .toList();
    }

    /** @errors {@link IllegalArgumentException} with a sentence for the user */
    static Scenario named(String label) {
        return all().stream()
                .filter(scenario -> scenario.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no scenario " + label + "; there are "
                        + all().stream().map(Scenario::label).collect(Collectors.joining(", "))));
    }
}

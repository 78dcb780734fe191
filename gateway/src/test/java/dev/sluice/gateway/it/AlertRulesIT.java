package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prometheus' own tool reads the alerts that we ship, and plays them through. */
class AlertRulesIT {

    private static final Path RULES = Places.ROOT.resolve("conf/alerts.yaml");
    private static final List<Path> PLACES = List.of(Path.of("/usr/bin/promtool"), Path.of("/usr/local/bin/promtool"));

    private String tool = "";

    @BeforeEach
    void find() {
        Optional<Path> found = PLACES.stream().filter(Files::isExecutable).findFirst();
        assumeTrue(found.isPresent(), "no promtool on this machine: the alerts are not played through");
        tool = found.get().toString();
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), said);
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    @Test
    void theRulesAreRules() throws Exception {
        String said = run(tool, "check", "rules", RULES.toString());
        assertTrue(said.contains("SUCCESS"), said);
    }

    @Test
    void theyFireWhenTheyShouldAndNotBefore() throws Exception {
        Path tests = Places.ROOT.resolve("gateway/src/test/resources/alerts/alerts_test.yaml");
        String said = run(tool, "test", "rules", tests.toString());
        assertTrue(said.contains("SUCCESS"), said);
    }
}

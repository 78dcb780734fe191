package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The clients of another server get the answers that are recorded, beside V2 and on a port of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RecordedProfile {

    private final String profile;
    private final int fewest;
    private RunningGateway gateway;

    /** @param fewest of the pairs that there must be */
    RecordedProfile(String profile, int fewest) {
        this.profile = profile;
        this.fewest = fewest;
    }

    /** Puts there what the pairs are about. */
    Path models(Path root) throws IOException {
        return CompatModels.in(root).root();
    }

    @BeforeAll
    void start(@TempDir Path root) throws IOException {
        gateway = RunningGateway.start(
                models(root),
                "worker.instances=1",
                "compat.profile=" + profile,
                "compat.listeners=[\"" + profile + ": 0\"]");
    }

    @AfterAll
    void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    private List<RecordedPairs> pairs() throws IOException {
        return RecordedPairs.read(profile + ".txt");
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedBesideV2() throws IOException {
        return RecordedPairs.tests(pairs(), gateway, gateway.port());
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedOnItsOwnPort() throws IOException {
        return RecordedPairs.tests(pairs(), gateway, gateway.profilePort(0));
    }

    @Test
    void thereAreMany() throws IOException {
        assertTrue(pairs().size() >= fewest, pairs().size() + " pairs");
    }
}

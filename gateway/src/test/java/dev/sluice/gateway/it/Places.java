package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the tests find things, wherever they are started. */
final class Places {

    /** The directory of the launcher. */
    static final Path ROOT = root();

    /** Small models of our own, made by make_models.py beside them. */
    static final Path TEST_MODELS = ROOT.resolve("gateway/src/test/resources/models");

    static final Path TEXT_MODELS = ROOT.resolve("gateway/src/test/resources/text/models");
    static final Path AUDIO_MODELS = ROOT.resolve("gateway/src/test/resources/audio/models");
    static final Path BOXES = ROOT.resolve("gateway/src/test/resources/boxes");
    static final Path DEMO_MODELS = ROOT.resolve("conf/models");
    static final Path DEMO_DIGITS = ROOT.resolve("conf/demo/digits");

    private static final Path SHARED_DATA = ROOT.resolveSibling("shared").resolve("data");

    private Places() {}

    /** A directory of the data set beside the checkout; without it, the test is skipped. */
    static Path shared(String name) {
        Path place = SHARED_DATA.resolve(name);
        assumeTrue(Files.isDirectory(place), place + " is not there: its tests are skipped");
        return place;
    }

    private static Path root() {
        Path place = Path.of("").toAbsolutePath();
        while (!Files.exists(place.resolve("sluice")) || !Files.exists(place.resolve("conf"))) {
            Path parent = place.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "no launcher above " + Path.of("").toAbsolutePath());
            }
            place = parent;
        }
        return place;
    }
}

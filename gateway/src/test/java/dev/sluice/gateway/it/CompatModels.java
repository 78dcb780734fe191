package dev.sluice.gateway.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The models that the recorded pairs are about, two versions of one of them, and one that cannot be loaded. */
final class CompatModels {

    private static final Path OWN = Places.ROOT.resolve("gateway/src/test/resources/compat/models");

    private CompatModels() {}

    static Repository in(Path root) {
        try (Stream<Path> folders = Files.list(OWN)) {
            for (Path folder : folders.toList()) {
                Files.createSymbolicLink(root.resolve(folder.getFileName()), folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Repository repository = new Repository(root);
        List.of("sums", "echo", "words", "halves", "pick").forEach(repository::with);
        Path two = Places.TEST_MODELS.resolve("sums/1/model.onnx");
        return repository
                .with("sums", "2", two)
                .config("sums", "versions: [all]\nversion_labels: [stable=1]\n")
                .broken("broken", "1", "no model");
    }

    /** The same, and the demo model. */
    static Path withDigits(Path root) throws IOException {
        Files.createSymbolicLink(root.resolve("digits"), Places.DEMO_MODELS.resolve("digits"));
        return in(root).root();
    }
}

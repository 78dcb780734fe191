package dev.sluice.gateway.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fills an empty directory with models. */
record Repository(Path root) {

    /** One of our own test models under its own name, as version 1. */
    Repository with(String model) {
        return with(model, "1", Places.TEST_MODELS.resolve(model).resolve("1/model.onnx"));
    }

    Repository with(String model, String version, Path file) {
        return change(() -> Files.createSymbolicLink(folder(model, version).resolve("model.onnx"), file));
    }

    Repository broken(String model, String version, String content) {
        return change(() -> Files.writeString(folder(model, version).resolve("model.onnx"), content));
    }

    Repository empty(String model, String version) {
        return change(() -> folder(model, version));
    }

    Repository config(String model, String yaml) {
        return change(() -> Files.writeString(root.resolve(model).resolve("model.yaml"), yaml));
    }

    /** What somebody who comes from Triton has beside the versions. */
    Repository triton(String model, String text) {
        return change(() -> Files.writeString(root.resolve(model).resolve("config.pbtxt"), text));
    }

    private Path folder(String model, String version) throws IOException {
        return Files.createDirectories(root.resolve(model).resolve(version));
    }

    private Repository change(Change change) {
        try {
            change.make();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private interface Change {
        Object make() throws IOException;
    }
}

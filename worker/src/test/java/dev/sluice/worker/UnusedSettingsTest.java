package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnusedSettingsTest {

    @TempDir
    private Path folder;

    private ModelConfig read(String text) throws IOException {
        Path settings = folder.resolve("model.yaml");
        Files.writeString(settings, "pipeline: {stages: [a = cat(x)], outputs: [a.y]}\n" + text);
        return ModelConfig.read(settings);
    }

    private Optional<String> remark(String text) throws IOException {
        ModelLocation location = new ModelLocation(
                new ModelId("whole", 1), folder.resolve("model.onnx"), folder.resolve("model.yaml"), Fingerprint.NONE);
        return UnusedSettings.remark(location, read(text));
    }

    @Test
    void whatAPipelineCannotHeedIsNamed() throws IOException {
        assertEquals(Optional.empty(), remark("labels: [a, b]\nbatching: off\nmax_batch_rows: 4\n"));
        Files.createDirectory(folder.resolve("golden"));
        assertEquals(
                Optional.of("has no effect on a pipeline, only on the models of its stages: slo, preserve_ordering,"
                        + " self_test, idle_after, cache, golden/"),
                remark("slo: 1s\npreserve_ordering: true\nself_test: off\nidle_after: 1m\ncache: {ttl: 1s}\n"));
    }

    @Test
    void aBoundThatNobodyCouldEverHoldIsRefused() throws IOException {
        UnusedSettings.check(read("traffic: {guard: {latency: 3}}\n"));
        ModelConfig config = read("traffic: {guard: {drift: 0.25}}\n");
        assertThrows(IllegalStateException.class, () -> UnusedSettings.check(config));
    }
}

package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.CircuitReport.Fallback;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLocation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What model.yaml may say of a fallback. */
class FallbacksTest {

    @TempDir
    Path folder;

    private ModelLocation model(String name, long version, String fallback) {
        Path yaml = folder.resolve(name + ".yaml");
        try {
            Files.writeString(yaml, fallback.isEmpty() ? "" : "fallback: " + fallback + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ModelLocation(new ModelId(name, version), folder.resolve("model.onnx"), yaml, Fingerprint.NONE);
    }

    @Test
    void isAModelOrAVersionOfIt() {
        ModelLocation any = model("any", 1, "small");
        ModelLocation exact = model("exact", 1, "small/7");
        ModelLocation small = model("small", 7, "");
        Fallbacks fallbacks = new Fallbacks(List.of(any, exact, small));
        assertEquals(new Fallback("small", Fallback.NEWEST), fallbacks.of(any));
        assertEquals(new Fallback("small", 7), fallbacks.of(exact));
        assertNull(fallbacks.of(small));
    }

    @ParameterizedTest
    @CsvSource({
        "small/6, 'small/6, is not in the repository'",
        "none, 'none, is not in the repository'",
        "small/x, 'small/x, is neither a model nor a model/version'",
        "large, 'large, is the model itself'",
        "middle, 'middle, has a fallback itself, small'",
        "mirror, 'mirror, has a fallback itself, large'",
    })
    void everythingElseIsRefusedWithBothNames(String fallback, String why) {
        ModelLocation large = model("large", 2, fallback);
        Fallbacks fallbacks = new Fallbacks(
                List.of(large, model("middle", 1, "small"), model("mirror", 1, "large"), model("small", 7, "")));
        Throwable refused = assertThrows(IllegalArgumentException.class, () -> fallbacks.of(large));
        String message = String.valueOf(refused.getMessage());
        assertTrue(message.startsWith("the fallback of model large/2, " + why), message);
    }
}

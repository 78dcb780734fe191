package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a model.yaml says of a model that does not say itself what it takes and gives. */
class SignatureConfigTest {

    @TempDir
    private Path folder;

    private static Signature declared(String input, String output) {
        return Objects.requireNonNull(new SignatureConfig(List.of(input), List.of(output)).declared());
    }

    @Test
    void hasNamesTypesAndShapes() {
        Signature signature = declared("image=FP32[-1,3,224,224]", "n=INT64[ -1, 1 ]");
        assertEquals("[image FP32[-1,3,224,224]]", signature.inputs().toString());
        assertEquals("[n INT64[-1,1]]", signature.outputs().toString());
        assertTrue(signature.batched());
    }

    @Test
    void isBatchedOnlyIfAxis0IsOfAnySizeEverywhere() {
        assertEquals(false, declared("x=FP32[-1,2]", "y=FP32[1,2]").batched());
        assertEquals(false, declared("x=FP32[-1,2]", "y=FP32[]").batched());
    }

    @Test
    void ofAModelThatSaysItselfNothingIsSaid() {
        assertNull(new SignatureConfig(List.of(), List.of()).declared());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "x=FP32",
                "x=FLOAT[1]",
                "=FP32[1]",
                "x=FP32[-2]",
                "x=FP32[1,]",
                "x=FP32[,1]",
                "x=FP32[9999999999]"
            })
    void whatIsNoTensorIsRefusedWithItsPlace(String text) throws IOException {
        Path yaml = folder.resolve("model.yaml");
        Files.writeString(yaml, "signature:\n  inputs:\n    - \"" + text + "\"\n");
        SettingsException refused = assertThrows(SettingsException.class, () -> ModelConfig.read(yaml));
        assertTrue(refused.problems().getFirst().contains("signature.inputs: is no NAME=TYPE[SHAPE]"));
        assertTrue(refused.problems().getFirst().contains("(got " + text + ")"));
    }
}

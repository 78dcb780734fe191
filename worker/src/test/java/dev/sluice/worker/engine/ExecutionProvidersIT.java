package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the library has not, which in this build is everything but the CPU's kernels. */
class ExecutionProvidersIT {

    private static LoadedModel load(String device, String provider, boolean cpuFallback) throws ModelLoadException {
        Placement placement = new Placement(device, provider, Map.of(), cpuFallback);
        return TestModels.engine().load(TestModels.file("add.onnx"), new EngineOptions(1, placement));
    }

    private static String refusal(String device, String provider, boolean cpuFallback) {
        ModelLoadException refused = assertThrows(
                ModelLoadException.class,
                () -> load(device, provider, cpuFallback).close());
        return refused.reason();
    }

    @ParameterizedTest
    @CsvSource({"cuda:0,,cuda", "cuda:1,tensorrt,tensorrt", "cpu,dnnl,dnnl", "cpu,xnnpack,xnnpack"})
    void whatIsMissingIsNamedBesideWhatIsThere(String device, String provider, String missing) {
        String reason = refusal(device, provider == null ? "" : provider, false);
        assertTrue(reason.contains("has no execution provider " + missing + "; it has cpu"), reason);
        assertTrue(reason.contains("ONNX Runtime " + TestModels.engine().version()), reason);
        assertTrue(reason.contains("cpu_fallback"), reason);
    }

    @Test
    void theCpuStandsInOnlyWhereItMayAndSaysSo() throws ModelLoadException {
        try (LoadedModel model = load("cuda:3", "", true)) {
            assertEquals("cpu", model.device());
            assertEquals(1, model.remarks().size());
            String remark = model.remarks().getFirst();
            assertTrue(remark.startsWith("the CPU runs it in place of cuda on cuda:3: "), remark);
            assertTrue(remark.contains("has no execution provider cuda"), remark);
            var a = TestTensors.floats("a", new Shape(1, 3), 1, 2, 3);
            var b = TestTensors.floats("b", new Shape(1, 3), 1, 2, 3);
            var sum = TestModels.run(model, List.of(a, b), List.of("sum")).getFirst();
            assertEquals(TestTensors.floats("sum", new Shape(1, 3), 2, 4, 6).data(), sum.data());
        }
    }

    @Test
    void onTheCpuThereIsNothingToRemark() throws ModelLoadException {
        for (String provider : new String[] {"", "cpu"}) {
            try (LoadedModel model = load("cpu", provider, false)) {
                assertEquals("cpu", model.device());
                assertEquals(List.of(), model.remarks());
            }
        }
    }

    @Test
    void whatMakesNoSenseIsRefusedWhateverTheCpuMay() {
        assertTrue(refusal("cpu", "quantum", true).contains("expected one of cpu, cuda, tensorrt, dnnl, xnnpack"));
        assertTrue(refusal("cpu", "cuda", true).contains("does not run on device cpu"));
        assertTrue(refusal("cuda:0", "cpu", true).contains("does not run on device cuda:0"));
    }

    @Test
    void aProviderIsNotGivenOptionsThatItDoesNotTake() {
        Placement placement = new Placement("cpu", "", Map.of("arena", "1"), false);
        assertTrue(ExecutionProviders.fault(placement).orElseThrow().contains("takes no provider_options"));
        Placement gpu = new Placement("cuda:0", "", Map.of("gpu_mem_limit", "1"), false);
        assertTrue(ExecutionProviders.fault(gpu).isEmpty());
    }
}

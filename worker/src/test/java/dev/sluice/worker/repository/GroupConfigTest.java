package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model.yaml says of the devices that a model runs on. */
class GroupConfigTest {

    @TempDir
    private Path directory;

    private ModelConfig read(String yaml) throws IOException {
        Path file = directory.resolve("model.yaml");
        Files.writeString(file, yaml);
        return ModelConfig.read(file);
    }

    private List<GroupConfig> groups(String yaml) throws IOException {
        return read(yaml).groups();
    }

    private static GroupConfig group(String name, int count, int threads, String device) {
        return new GroupConfig(name, count, threads, device, "", Map.of(), false);
    }

    @Test
    void aNumberIsOneGroupWhereTheModelIs() throws IOException {
        assertEquals(List.of(group("cpu", 0, 0, "cpu")), groups(""));
        assertEquals(List.of(group("cpu", 4, 0, "cpu")), groups("instances: 4"));
        assertEquals(List.of(group("cuda:1", 4, 2, "cuda:1")), groups("""
                instances: [4]
                device: cuda:1
                intra_op_threads: 2
                """));
    }

    @Test
    void aListIsAGroupForEachDevice() throws IOException {
        List<GroupConfig> groups = groups("""
                instances:
                  - {count: 2, device: cuda:0, execution_provider: tensorrt, provider_options: [a=1, b=x y]}
                  - count=1 device=cuda:1 cpu_fallback=true
                  - device: cpu
                    intra_op_threads: 3
                """);
        assertEquals(
                List.of(
                        new GroupConfig("cuda:0", 2, 0, "cuda:0", "tensorrt", Map.of("a", "1", "b", "x y"), false),
                        new GroupConfig("cuda:1", 1, 0, "cuda:1", "", Map.of(), true),
                        group("cpu", 1, 3, "cpu")),
                groups);
    }

    @Test
    void whatAGroupLeavesOutIsAsTheModelSays() throws IOException {
        List<GroupConfig> groups = groups("""
                device: cuda:2
                execution_provider: tensorrt
                provider_options: [a=1]
                intra_op_threads: 4
                cpu_fallback: true
                instances: [count=2, device=cpu, device=cpu intra_op_threads=1 cpu_fallback=false]
                """);
        assertEquals(
                List.of(
                        new GroupConfig("cuda:2", 2, 4, "cuda:2", "tensorrt", Map.of("a", "1"), true),
                        new GroupConfig("cpu", 1, 4, "cpu", "", Map.of(), true),
                        new GroupConfig("cpu.2", 1, 1, "cpu", "", Map.of(), false)),
                groups);
    }

    @Test
    void thoseThatAreAlikeAreOne() throws IOException {
        assertEquals(List.of(group("cpu", 3, 0, "cpu")), groups("instances: [count=1 device=cpu, count=2]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "instances: lots | is neither a number of instances nor a group of them, as in count=2 device=cuda:0 (got lots",
                "instances: 257 | is no whole number from 0 to 256 (got 257)",
                "instances: [count=0] | count is no whole number from 1 to 256 (got 0)",
                "instances: [{count: 2, devise: cpu}] | (got devise=cpu; expected the keys count, device,",
                "instances: [device=gpu] | device is no device (expected cpu, or cuda:0 and the like; got gpu)",
                "instances: [count=2 count=3] | count is given twice",
                "instances: [cpu_fallback=yes] | cpu_fallback is neither true nor false (got yes)",
                "instances: [{device: [{a: b}]}] | has a section in it",
                "instances: [provider_options=x] | provider_options is no NAME=VALUE (got x)"
            })
    void whatIsWrongIsSaidWhereItStands(String yaml, String problem) {
        String message = assertThrows(SettingsException.class, () -> read(yaml)).getMessage();
        assertTrue(message.contains("model.yaml:1: instances") && message.contains(problem), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "instances: [2, device=cuda:0] | a number stands alone",
                "instances: [count=200, count=100 device=cuda:0] | there are more than 256 in all"
            })
    void whatDoesNotGoTogetherIsRefused(String yaml, String problem) throws IOException {
        ModelConfig config = read(yaml);
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, config::groups).getMessage());
        assertTrue(message.contains(problem), message);
    }

    @Test
    void thereAreNoMoreThanSixteen() throws IOException {
        String sixteen =
                IntStream.range(0, 16).mapToObj(gpu -> "device=cuda:" + gpu).collect(Collectors.joining(", "));
        assertEquals(16, groups("instances: [" + sixteen + "]").size());
        ModelConfig more = read("instances: [" + sixteen + ", device=cpu]");
        String message = String.valueOf(
                assertThrows(IllegalArgumentException.class, more::groups).getMessage());
        assertTrue(message.contains("more than 16 groups (got 17)"), message);
    }

    @Test
    void onlyTheirNumbersAreNoPartOfWhatIsLoaded() throws IOException {
        String plain = read("").ofLoading();
        assertEquals(plain, read("instances: 4").ofLoading());
        assertEquals(plain, read("instances: [count=3]").ofLoading());
        String two = read("instances: [count=1, count=1 intra_op_threads=2]").ofLoading();
        assertEquals(
                two, read("instances: [count=5, count=7 intra_op_threads=2]").ofLoading());
        assertNotEquals(plain, two);
        assertNotEquals(
                two, read("instances: [count=1, count=1 intra_op_threads=3]").ofLoading());
    }
}

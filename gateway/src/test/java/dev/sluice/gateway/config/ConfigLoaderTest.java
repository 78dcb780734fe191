package dev.sluice.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.SettingSpec;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file is read, where paths start, and what each place can set. */
class ConfigLoaderTest {

    @TempDir
    Path home;

    private GatewayConfig load(Map<String, String> environment, String... arguments) {
        return new ConfigLoader(home, environment).load(CommandLine.parse(List.of(arguments)));
    }

    private List<String> problems(Map<String, String> environment, String... arguments) {
        return assertThrows(SettingsException.class, () -> load(environment, arguments))
                .problems();
    }

    private Path write(String name, int port) throws Exception {
        Path file = home.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "http:\n  port: " + port + "\n");
    }

    @Test
    void needsNoFile() {
        GatewayConfig config = load(Map.of());
        assertEquals(8080, config.http().port());
        assertEquals("127.0.0.1", config.http().host());
        assertEquals(List.of(home.resolve("conf/models")), config.worker().models());
    }

    @Test
    void takesTheFileOfTheOptionThenOfTheVariableThenTheUsualOne() throws Exception {
        write("conf/sluice.yaml", 1);
        assertEquals(1, load(Map.of()).http().port());
        write("other.yaml", 2);
        var variable = Map.of("SLUICE_CONFIG", "other.yaml");
        assertEquals(2, load(variable).http().port());
        String option = write("third.yaml", 3).toString();
        assertEquals(3, load(variable, "--config", option).http().port());
    }

    @Test
    void aFileThatWasAskedForMustExist() {
        String missing = home.resolve("none.yaml").toString();
        assertEquals(List.of(missing + ": does not exist"), problems(Map.of(), "--config", missing));
        assertEquals(List.of(missing + ": does not exist"), problems(Map.of("SLUICE_CONFIG", "none.yaml")));
    }

    @Test
    void anEmptyConfigVariableIsNone() {
        assertEquals(8080, load(Map.of("SLUICE_CONFIG", "")).http().port());
    }

    @Test
    void everySettingHasAVariable() {
        List<SettingSpec> specs = Settings.of(GatewayConfig.class).list();
        Map<String, String> defaults =
                specs.stream().collect(Collectors.toMap(SettingSpec::environmentName, SettingSpec::defaultText));
        assertEquals(specs.size(), defaults.size());
        assertTrue(defaults.containsKey("SLUICE_ADMISSION_MAX_IN_FLIGHT_REQUESTS"));
        assertTrue(defaults.containsKey("SLUICE_HTTP_MAX_BODY_SIZE"));
        assertEquals(load(Map.of()), load(defaults));
    }

    @Test
    void reservedVariablesAreNoSettings() {
        var variables = Map.of("SLUICE_HOME", "/x", "SLUICE_JAVA_OPTS", "-Xmx1g", "SLUICE_HTTP_PORT", "9");
        assertEquals(9, load(variables).http().port());
    }

    @Test
    void modelsOnTheCommandLineStartAtTheWorkingDirectory() {
        var variable = Map.of("SLUICE_WORKER_MODELS", "mine");
        assertEquals(List.of(home.resolve("mine")), load(variable).worker().models());
        assertEquals(
                List.of(Path.of("mine").toAbsolutePath()),
                load(variable, "--models", "mine").worker().models());
        assertEquals(
                List.of(Path.of("mine").toAbsolutePath()),
                load(variable, "--set", "worker.models=mine").worker().models());
    }

    @Test
    void severalDirectoriesOfModelsAddUp() {
        assertEquals(
                List.of(Path.of("a").toAbsolutePath(), Path.of("it's, [b]").toAbsolutePath()),
                load(Map.of(), "--models", "a", "--models", "it's, [b]")
                        .worker()
                        .models());
        assertEquals(
                List.of(Path.of("[b]").toAbsolutePath()),
                load(Map.of(), "--models", "[b]").worker().models());
        assertEquals(
                List.of(Path.of("c").toAbsolutePath()),
                load(Map.of(), "--models", "a", "--models", "b", "--set", "worker.models=c")
                        .worker()
                        .models(),
                "the last of equals wins");
    }

    @Test
    void namesThePlaceOfEveryProblem() throws Exception {
        String file = write("bad.yaml", 70000).toString();
        List<String> problems = problems(
                Map.of("SLUICE_WORKER_INSTANCES", "many"), "--config", file, "--port=x", "--set", "http.hots=::1");
        assertEquals(
                List.of(
                        file + ":2: http.port: is out of range (got 70000; expected a whole number, from 0 to 65535)",
                        "SLUICE_WORKER_INSTANCES: worker.instances: is not a whole number"
                                + " (got many; expected a whole number, from 0 to 256)",
                        "--port: http.port: is not a whole number (got x; expected a whole number, from 0 to 65535)",
                        "--set: http.hots: is not a setting; did you mean http.host?"),
                problems);
    }

    @Test
    void refusesAnOriginThatNoBrowserSends() {
        assertEquals(
                List.of("*"),
                load(Map.of("SLUICE_HTTP_CORS_ORIGINS", "*")).http().corsOrigins());
        List<String> problems = problems(Map.of(), "--set", "http.cors_origins=https://a/,https://b");
        assertEquals(1, problems.size());
        assertTrue(problems.getFirst().startsWith("--set: http.cors_origins: is no origin (got https://a/;"));
    }

    @Test
    void takesOriginsAsTheFileWritesThemEverywhere() {
        String list = "[\"http://a.example\", 'http://b.example']";
        List<String> both = List.of("http://a.example", "http://b.example");
        assertEquals(
                both,
                load(Map.of(), "--set", "http.cors_origins=" + list).http().corsOrigins());
        assertEquals(both, load(Map.of("SLUICE_HTTP_CORS_ORIGINS", list)).http().corsOrigins());
        for (String broken : List.of("[", "[\"a", "[[]]", "[a]b", "[{a: b}]")) {
            String problem =
                    problems(Map.of(), "--set", "http.cors_origins=" + broken).getFirst();
            assertTrue(problem.startsWith("--set: http.cors_origins: is not a list of texts (got "), problem);
        }
    }

    @Test
    void namesThePlaceOfAWrongLimitOrProxy() throws Exception {
        Path file = home.resolve("limits.yaml");
        Files.writeString(file, """
                http:
                  trusted_proxies: [10.0.0.0/8, proxy]
                limits:
                  clients:
                    - "*: 100 requests/s 16 concurrent"
                    - "a: many"
                  models: ["digits: 20 rows"]
                """);
        List<String> problems = problems(Map.of(), "--config", file.toString());
        assertEquals(3, problems.size(), problems::toString);
        assertTrue(problems.get(0).startsWith(file + ":2: http.trusted_proxies: is no block of addresses (got proxy;"));
        assertTrue(problems.get(1).startsWith(file + ":6: limits.clients: is no limit (got a: many; expected NAME:"));
        assertTrue(problems.get(2).startsWith(file + ":7: limits.models: is no limit (got digits: 20 rows;"));
        var variable = Map.of("SLUICE_LIMITS_CLIENTS", "*: 1 requests/s,b: unlimited");
        assertEquals(
                List.of("*: 1 requests/s", "b: unlimited"),
                load(variable).limits().clients());
    }

    @Test
    void namesThePlaceOfAWrongOriginAmongAllOtherProblems() throws Exception {
        Path file = home.resolve("origins.yaml");
        Files.writeString(file, "http:\n  cors_origins:\n    - https://a\n    - https://b/\n    - c\n  port: x\n");
        List<String> problems = problems(Map.of(), "--config", file.toString(), "--port=y");
        assertEquals(4, problems.size(), problems::toString);
        assertTrue(problems.get(0).startsWith(file + ":4: http.cors_origins: is no origin (got https://b/;"));
        assertTrue(problems.get(1).startsWith(file + ":5: http.cors_origins: is no origin (got c;"));
        assertTrue(problems.get(2).startsWith(file + ":6: http.port: "));
        assertTrue(problems.get(3).startsWith("--port: http.port: "));
    }

    @Test
    void refusesAHostThatNoUrlHas() throws Exception {
        List<String> fine = List.of("*", "Pictures.example.com", "127.0.0.1", "[::1]", "a.");
        assertEquals(
                fine,
                load(Map.of(), "--set", "picture_urls.hosts=" + String.join(",", fine))
                        .pictureUrls()
                        .hosts());
        List<String> never = List.of(
                "https://a",
                "a/b",
                "a b",
                "",
                "a..b",
                ".a",
                "a:443",
                "u@a",
                "*.a",
                "a_b",
                "::1",
                "1.2",
                "b\u00fccher.example");
        Path file = home.resolve("hosts.yaml");
        Files.writeString(
                file,
                "picture_urls:\n  hosts:\n    - a\n"
                        + never.stream().map(host -> "    - \"" + host + "\"\n").collect(Collectors.joining()));
        List<String> problems = problems(Map.of(), "--config", file.toString());
        assertEquals(never.size(), problems.size(), problems::toString);
        for (int i = 0; i < never.size(); i++) {
            String start =
                    file + ":" + (i + 4) + ": picture_urls.hosts: is no host (got " + never.get(i) + "; expected *";
            assertTrue(problems.get(i).startsWith(start), problems.get(i));
        }
    }

    @Test
    void aCacheIsAnAbsoluteDirectoryOrAutoOrNone() throws Exception {
        Path file = home.resolve("caches.yaml");
        Files.writeString(file, """
                worker:
                  profile_cache: profiles
                  sources:
                    cache: ../models
                  optimized_models:
                    cache: ./optimized
                """);
        assertEquals(
                List.of(
                        file + ":2: worker.profile_cache: is no absolute path (got profiles)",
                        file + ":4: worker.sources.cache: is no absolute path (got ../models)",
                        file + ":6: worker.optimized_models.cache: is no absolute path (got ./optimized)"),
                problems(Map.of(), "--config", file.toString()));
        for (String fine : List.of("auto", "none", "/var/cache/sluice")) {
            assertEquals(
                    fine,
                    load(Map.of("SLUICE_WORKER_OPTIMIZED_MODELS_CACHE", fine))
                            .worker()
                            .optimizedModels()
                            .cache());
        }
        Files.writeString(file, "worker: {sources: {cache: none}}\n");
        assertEquals(
                List.of(file + ":1: worker.sources.cache: is no absolute path (got none)"),
                problems(Map.of(), "--config", file.toString()));
    }
}

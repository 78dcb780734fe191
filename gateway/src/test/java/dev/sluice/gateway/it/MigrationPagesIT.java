package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the pages for those who come from another server give what stands below them; what they have in Python is run
 * by .ci/compat-client-test.
 */
class MigrationPagesIT {

    private static final Pattern EXAMPLE = Pattern.compile(
            "```\ncurl (?:-d '(?<body>[^']*)' |-T (?<file>\\S+) |-F data=@(?<part>\\S+) |-X (?<method>[A-Z]+) )?"
                    + "'?http://localhost:(?<port>[0-9]+)(?<path>[^\\s']+)'?\n(?<answer>(?:.|\n(?!```))*)\n```");

    /** The port that operators ask, in the pages. */
    private static final String OPERATORS = "8081";

    private static void runExamples(Path models, String page, String profile, String... settings) throws IOException {
        String text = Files.readString(Places.ROOT.resolve("docs").resolve(page));
        List<MatchResult> examples = EXAMPLE.matcher(text).results().toList();
        assertEquals(text.split("\ncurl ", -1).length - 1, examples.size(), "examples that are not understood");
        assertTrue(examples.size() >= 4, page);
        CompatModels.in(models);
        Files.createSymbolicLink(models.resolve("digits"), Places.DEMO_MODELS.resolve("digits"));
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = "compat.listeners=" + profile + ": 0";
        try (RunningGateway gateway = RunningGateway.start(models, all)) {
            for (MatchResult example : examples) {
                int port = example.group("port").equals(OPERATORS) ? gateway.adminPort() : gateway.profilePort(0);
                HttpRequest request = request(example, gateway.request(port, example.group("path")))
                        .build();
                assertEquals(
                        example.group("answer"),
                        Waiting.await(gateway.send(request)).body().stripTrailing());
            }
        }
    }

    /** What curl makes of it. */
    private static HttpRequest.Builder request(MatchResult example, HttpRequest.Builder request) throws IOException {
        if (example.group("body") != null) {
            return request.POST(BodyPublishers.ofString(example.group("body")));
        }
        if (example.group("file") != null) {
            return request.PUT(BodyPublishers.ofFile(Places.ROOT.resolve(example.group("file"))));
        }
        if (example.group("part") != null) {
            byte[] file = Files.readAllBytes(Places.ROOT.resolve(example.group("part")));
            String head = "--b\r\ncontent-disposition: form-data; name=\"data\"; filename=\"a\"\r\n\r\n";
            return request.header("content-type", "multipart/form-data; boundary=b")
                    .POST(BodyPublishers.concat(
                            BodyPublishers.ofString(head),
                            BodyPublishers.ofByteArray(file),
                            BodyPublishers.ofString("\r\n--b--\r\n")));
        }
        return example.group("method") == null
                ? request
                : request.method(example.group("method"), BodyPublishers.noBody());
    }

    @Test
    void fromTensorFlowServing(@TempDir Path models) throws IOException {
        runExamples(models, "tensorflow-serving.md", "tensorflow-serving");
    }

    @Test
    void fromKserve(@TempDir Path models) throws IOException {
        runExamples(models, "kserve-v1.md", "kserve-v1");
    }

    @Test
    void fromTorchServe(@TempDir Path models) throws IOException {
        runExamples(
                models,
                "torchserve.md",
                "torchserve",
                "worker.instances=1",
                "admin.port=-1",
                "admin.profile=torchserve",
                "registry.url=none");
    }

    @Test
    void fromDjlServing(@TempDir Path models) throws IOException {
        runExamples(models, "djl-serving.md", "djl-serving", "worker.instances=1");
    }
}

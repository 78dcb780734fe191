package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the pages for those who come from another server, and of that of texts, give what stands below them; what they have in Python is run
 * by .ci/compat-client-test.
 */
class MigrationPagesIT {

    private static final Pattern EXAMPLE = Pattern.compile(
            "```\ncurl (?:-d '(?<body>[^']*)' )?http://localhost:[0-9]+(?<path>\\S+)\n(?<answer>.*)\n```");

    private static void runExamples(Path models, String page, String profile) throws IOException {
        String text = Files.readString(Places.ROOT.resolve("docs").resolve(page));
        List<MatchResult> examples = EXAMPLE.matcher(text).results().toList();
        assertEquals(text.split("\ncurl ", -1).length - 1, examples.size(), "examples that are not understood");
        assertTrue(examples.size() >= 3, page);
        try (RunningGateway gateway = RunningGateway.start(models, "compat.listeners=" + profile + ": 0")) {
            for (MatchResult example : examples) {
                HttpRequest.Builder request = gateway.request(gateway.profilePort(0), example.group("path"));
                if (example.group("body") != null) {
                    request.POST(BodyPublishers.ofString(example.group("body")));
                }
                assertEquals(
                        example.group("answer"),
                        Waiting.await(gateway.send(request.build())).body());
            }
        }
    }

    @Test
    void fromTensorFlowServing(@TempDir Path models) throws IOException {
        CompatModels.in(models);
        runExamples(models, "tensorflow-serving.md", "tensorflow-serving");
    }

    @Test
    void fromKserve(@TempDir Path models) throws IOException {
        CompatModels.in(models);
        runExamples(models, "kserve-v1.md", "kserve-v1");
    }

    @Test
    void fromOpenAi() throws IOException {
        runExamples(Places.TEXT_MODELS, "embeddings.md", "openai");
    }

    @Test
    void texts() throws IOException {
        runExamples(Places.TEXT_MODELS, "texts.md", "v2");
    }
}

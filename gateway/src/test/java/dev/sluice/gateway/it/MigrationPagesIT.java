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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of the pages for those who come from another server, and of those of texts and rows, give what stands below
 * them; what they have in Python is run by .ci/compat-client-test.
 */
class MigrationPagesIT {

    private static final Pattern EXAMPLE =
            Pattern.compile("```\ncurl (?:-H '(?<header>[^']*)' )?(?:(?:-d|--data-binary) '(?<body>[^']*)' )?"
                    + "http://localhost:[0-9]+(?<path>\\S+)\n(?<answer>.*)\n```");

    private static void runExamples(Path models, String page, String profile, String... settings) throws IOException {
        String text = Files.readString(Places.ROOT.resolve("docs").resolve(page));
        List<MatchResult> examples = EXAMPLE.matcher(text).results().toList();
        assertEquals(text.split("\ncurl ", -1).length - 1, examples.size(), "examples that are not understood");
        assertTrue(!examples.isEmpty(), page);
        String[] all = Stream.concat(Stream.of("compat.listeners=" + profile + ": 0"), Stream.of(settings))
                .toArray(String[]::new);
        try (RunningGateway gateway = RunningGateway.start(models, all)) {
            for (MatchResult example : examples) {
                HttpRequest.Builder request = gateway.request(gateway.profilePort(0), example.group("path"));
                if (example.group("header") != null) {
                    String[] header = example.group("header").split(": ", 2);
                    request.header(header[0], header[1]);
                }
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
        runExamples(CompatModels.in(models).root(), "tensorflow-serving.md", "tensorflow-serving");
    }

    @Test
    void fromKserve(@TempDir Path models) throws IOException {
        runExamples(CompatModels.in(models).root(), "kserve-v1.md", "kserve-v1");
    }

    @Test
    void fromMlflow(@TempDir Path models) throws IOException {
        runExamples(CompatModels.in(models).root(), "mlflow.md", "mlflow", "http.default_model=sklearn-iris");
    }

    @Test
    void toSagemaker(@TempDir Path models) throws IOException {
        runExamples(CompatModels.in(models).root(), "sagemaker.md", "sagemaker", "http.default_model=sklearn-iris");
    }

    @Test
    void fromFlask() throws IOException {
        runExamples(Places.ROOT.resolve("conf/models"), "flask.md", "v2");
    }

    @Test
    void rows(@TempDir Path models) throws IOException {
        String page = Files.readString(Places.ROOT.resolve("docs/rows.md"));
        String config =
                page.substring(page.indexOf("```yaml\n") + 8, page.indexOf("```", page.indexOf("```yaml\n") + 8));
        Path matrix = Places.ROOT.resolve("gateway/src/test/resources/compat/models/matrix/1/model.onnx");
        new Repository(models).with("matrix", "1", matrix).config("matrix", config);
        runExamples(models, "rows.md", "v2");
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

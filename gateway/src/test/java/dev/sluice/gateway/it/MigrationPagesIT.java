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
 * The commands of the pages for those who come from another server, and of those of texts, rows, boxes and audio, give what
 * stands below them; what they have in Python is run by .ci/compat-client-test.
 */
class MigrationPagesIT {

    private static final Pattern EXAMPLE = Pattern.compile(
            "```\ncurl (?:-H '(?<header>[^']*)' )?(?:(?:-d|--data-binary) '(?<body>[^']*)' |-T (?<file>\\S+) "
                    + "|--data-binary @(?<whole>\\S+) "
                    + "|(?:-F model_name=(?<named>\\S+) )?-F (?<name>[a-z]+)=@(?<part>\\S+) |-X (?<method>[A-Z]+) )?"
                    + "'?http://localhost:(?<port>[0-9]+)(?<path>[^\\s']+)'?\n(?<answer>(?:.|\n(?!```))*)\n```");

    private static final String FORM_PART = "--b\r\ncontent-disposition: form-data; name=\"";

    /** The port that operators ask, in the pages. */
    private static final String OPERATORS = "8081";

    private static void runExamples(Path models, String page, String profile, String... settings) throws IOException {
        String text = Files.readString(Places.ROOT.resolve("docs").resolve(page));
        List<MatchResult> examples = EXAMPLE.matcher(text).results().toList();
        assertEquals(text.split("\ncurl ", -1).length - 1, examples.size(), "examples that are not understood");
        assertTrue(!examples.isEmpty(), page);
        String[] all = Stream.concat(Stream.of("compat.listeners=" + profile + ": 0"), Stream.of(settings))
                .toArray(String[]::new);
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
        if (example.group("header") != null) {
            String[] header = example.group("header").split(": ", 2);
            request.header(header[0], header[1]);
        }
        if (example.group("body") != null) {
            return request.POST(BodyPublishers.ofString(example.group("body")));
        }
        if (example.group("file") != null) {
            return request.PUT(BodyPublishers.ofFile(Places.ROOT.resolve(example.group("file"))));
        }
        if (example.group("whole") != null) {
            return request.POST(BodyPublishers.ofFile(Places.ROOT.resolve(example.group("whole"))));
        }
        if (example.group("part") != null) {
            byte[] file = Files.readAllBytes(Places.ROOT.resolve(example.group("part")));
            String named = example.group("named");
            String head = (named == null ? "" : FORM_PART + "model_name\"\r\n\r\n" + named + "\r\n") + FORM_PART
                    + example.group("name") + "\"; filename=\"a\"\r\n\r\n";
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
    void audio() throws IOException {
        assertEquals(
                Files.readString(Places.AUDIO_MODELS.resolve("tones/model.yaml")),
                blocks(Files.readString(Places.ROOT.resolve("docs/audio.md")), "yaml")
                        .getFirst());
        runExamples(Places.AUDIO_MODELS, "audio.md", "v2");
    }

    @Test
    void texts() throws IOException {
        runExamples(Places.TEXT_MODELS, "texts.md", "v2");
    }

    @Test
    void boxes() throws IOException {
        runExamples(Places.BOXES.resolve("models"), "boxes.md", "v2");
    }

    @Test
    void plugins(@TempDir Path temporary) throws IOException {
        String page = Files.readString(Places.ROOT.resolve("docs/plugins.md"));
        Path models = Files.createDirectory(temporary.resolve("models"));
        Path iris = Places.ROOT.resolve("gateway/src/test/resources/compat/models/sklearn-iris/1/model.onnx");
        new Repository(models)
                .with("irises", "1", iris)
                .config("irises", blocks(page, "yaml").getFirst());
        PluginJars jars = new PluginJars(temporary.resolve("plugins"))
                .with("irises.jar", blocks(page, "java").toArray(String[]::new));
        runExamples(models, "plugins.md", "v2", "worker.plugins=" + jars.folder());
    }

    private static List<String> blocks(String page, String language) {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    @Test
    void fromTorchServe(@TempDir Path models) throws IOException {
        runManaged(CompatModels.withDigits(models), "torchserve");
    }

    @Test
    void fromDjlServing(@TempDir Path models) throws IOException {
        runManaged(CompatModels.withDigits(models), "djl-serving");
    }

    /** Of a server whose management is spoken too. */
    private static void runManaged(Path models, String profile) throws IOException {
        runExamples(
                models,
                profile + ".md",
                profile,
                "worker.instances=1",
                "admin.port=-1",
                "admin.profile=" + profile,
                "registry.url=none");
    }
}

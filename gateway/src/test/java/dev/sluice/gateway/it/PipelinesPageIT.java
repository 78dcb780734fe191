package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

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

/** The pipelines of docs/pipelines.md are served, and its commands give what stands below them. */
class PipelinesPageIT {

    private static final Pattern FILE = Pattern.compile("```yaml\n# models/(\\S+)\n([^`]*)```");
    private static final Pattern EXAMPLE = Pattern.compile("```\ncurl (?:-d '(?<body>[^']*)' "
            + "|--data-binary @(?<file>\\S+) )?http://localhost:8080(?<path>\\S+)\n(?<answer>.*)\n```");

    @Test
    void whatIsWrittenThereIsSo(@TempDir Path models) throws IOException {
        String text = Files.readString(Places.ROOT.resolve("docs/pipelines.md"));
        Path detector = Places.BOXES.resolve("models/squares");
        CropIT.models(CompatModels.in(models).root())
                .with("squares", "1", detector.resolve("1/model.onnx"))
                .config("squares", Files.readString(detector.resolve("model.yaml")));
        List<MatchResult> files = FILE.matcher(text).results().toList();
        assertEquals(4, files.size());
        for (MatchResult file : files) {
            Path place = models.resolve(file.group(1));
            Files.createDirectories(place.getParent());
            Files.writeString(place, file.group(2));
        }
        List<MatchResult> examples = EXAMPLE.matcher(text).results().toList();
        assertEquals(text.split("\ncurl ", -1).length - 1, examples.size(), "examples that are not understood");
        try (RunningGateway gateway = RunningGateway.start(models)) {
            for (MatchResult example : examples) {
                HttpRequest.Builder request = gateway.request(example.group("path"));
                if (example.group("body") != null) {
                    request.POST(BodyPublishers.ofString(example.group("body")));
                } else if (example.group("file") != null) {
                    request.POST(BodyPublishers.ofFile(Places.ROOT.resolve(example.group("file"))));
                }
                assertEquals(
                        example.group("answer"),
                        Waiting.await(gateway.send(request.build())).body());
            }
        }
    }
}

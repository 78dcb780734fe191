package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Tokenization;
import dev.sluice.worker.tokenizer.Tokenizer;
import dev.sluice.worker.tokenizer.TokenizerFiles;
import dev.sluice.worker.tokenizer.Tokenizers;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a model.yaml may say of texts, and of what comes out. */
class TextModelsIT {

    private static final Path MODEL = Places.TEXT_MODELS.resolve("moods/1/model.onnx");
    private static final Path TOKENIZER = Places.TEXT_MODELS.resolve("moods/tokenizer.json");

    @TempDir
    private Path root;

    private RunningGateway start(String yaml, String... settings) throws IOException {
        new Repository(root).with("moods", "1", MODEL).config("moods", yaml);
        if (!Files.exists(root.resolve("moods/tokenizer.json"))) {
            Files.copy(TOKENIZER, root.resolve("moods/tokenizer.json"));
        }
        Stream<String> all = Stream.concat(Stream.of("worker.instances=1"), Arrays.stream(settings));
        return RunningGateway.start(root, all.toArray(String[]::new));
    }

    private static String yaml(String input, String output) {
        return "transform:\n  input: {kind: text" + input + "}\n  output: {" + output + "}\n";
    }

    private String answer(String yaml, String body) throws IOException {
        try (RunningGateway gateway = start(yaml)) {
            Answer answer = gateway.post("/predict", body);
            assertEquals(200, answer.status(), answer.body());
            return answer.body();
        }
    }

    @Test
    void theTokenizerGoesWithItsVersion() throws IOException {
        int before = Tokenizers.count();
        try (RunningGateway gateway = start(yaml("", "kind: classes, name: scores"), "http.model_control=true")) {
            assertEquals(200, gateway.post("/predict", "{\"text\": \"great\"}").status());
            assertEquals(before + 1, Tokenizers.count());
            gateway.post("/v2/repository/models/moods/unload", "");
            Waiting.until("it is gone", () -> Tokenizers.count() == before);
        }
        assertEquals(before, Tokenizers.count());
    }

    @Test
    void whileAVersionCannotBeWokenRequestsMakeNoTokenizerEach() throws IOException {
        int before = Tokenizers.count();
        String[] sleepy = {"worker.control.idle_after=100ms", "worker.control.mode=static"};
        try (RunningGateway gateway = start(yaml("", "kind: classes, name: scores"), sleepy)) {
            Waiting.until("it is asleep", () -> Tokenizers.count() == before);
            Files.delete(root.resolve("moods/1/model.onnx"));
            String error = gateway.post("/predict", "{\"text\": \"great\"}").error(503);
            assertTrue(error.contains("cannot be loaded again"), error);
            assertEquals(before + 1, Tokenizers.count(), "it is held between requests");
            gateway.post("/predict", "{\"text\": \"great\"}").error(503);
            assertEquals(before + 1, Tokenizers.count());
        }
        Waiting.until("it is gone with its server", () -> Tokenizers.count() == before);
    }

    @Test
    void listsTheLabelsThatHold() throws IOException {
        String labels = "labels: [nice, sad]\n";
        assertEquals(
                "{\"labels\":[{\"label\":\"nice\",\"probability\":0.880797}]}",
                answer(labels + yaml("", "kind: sigmoid, name: scores, threshold: 0.5"), "great"));
    }

    @Test
    void roundsValues() throws IOException {
        assertEquals(
                "[{\"values\":[1.0,-1.0]},{\"values\":[-3.0,3.0]}]",
                answer(yaml("", "kind: values, name: scores, decimals: 1"), "{\"text\": [\"good\", \"awful bad\"]}"));
    }

    /** The first token is [CLS] for every text, and the last one [SEP], wherever padding stands. */
    @ParameterizedTest
    @CsvSource({"cls, right", "cls, left", "last, right", "last, left"})
    void takesTheVectorOfOneToken(String pooling, String side) throws IOException {
        String yaml = yaml(
                ", pad_side: " + side,
                "kind: embedding, name: token_embeddings, normalize: false, pooling: " + pooling);
        JsonArray rows = new JsonArray(answer(yaml, "{\"text\": [\"cat\", \"the cat was on the dog\"]}"));
        JsonArray first = rows.getJsonObject(0).getJsonArray("embedding");
        assertEquals(8, first.size());
        assertEquals(first, rows.getJsonObject(1).getJsonArray("embedding"));
    }

    /** Then several texts are one request of one row, as far as batches go. */
    @Test
    void answersAListWhereTheModelIsNotBatched() throws IOException {
        String yaml = "batching: off\n" + yaml("", "kind: values, name: scores, decimals: 0");
        assertEquals(
                "[{\"values\":[1.0,-1.0]},{\"values\":[-2.0,2.0]},{\"values\":[0.0,0.0]}]",
                answer(yaml, "{\"text\": [\"good\", \"awful\", \"\"]}"));
    }

    @Test
    void givesOutputsAsTheyAreWhereNothingIsSaidOfThem() throws IOException {
        try (RunningGateway gateway = start("transform:\n  input: {kind: text}\n")) {
            JsonObject outputs = gateway.post("/predict", "great").json().getJsonObject("outputs");
            assertEquals(2, outputs.getJsonArray("scores").getJsonArray(0).size());
            assertEquals(
                    3, outputs.getJsonArray("token_embeddings").getJsonArray(0).size());
        }
    }

    @Test
    void whatContradictsTheModelFailsItWithAllThatIsWrong() throws IOException {
        String yaml = """
            transform:
              input:
                kind: text
                mask: a_mask
                types: input_ids
                width: 3
              output:
                kind: embedding
                name: scores
                pooling: mean
                softmax: true
            """;
        try (RunningGateway gateway = start(yaml)) {
            String reason = gateway.post("/predict", "great").error(503);
            assertTrue(
                    reason.contains("model.yaml:4: transform.input.mask: must be one of the model's inputs"), reason);
            assertTrue(
                    reason.contains("transform.input.kind: of a text nothing becomes the input attention_mask"),
                    reason);
            assertTrue(reason.contains("model.yaml:6: transform.input.width: is for kind: image"), reason);
            assertTrue(reason.contains("model.yaml:10: transform.output.pooling: an embedding is a vector"), reason);
            assertTrue(reason.contains("model.yaml:11: transform.output.softmax: is for kind: classes"), reason);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ", tokenizer: none.json | transform.input.tokenizer: the file cannot be read",
                ", tokenizer: model.yaml | transform.input.tokenizer: the file is no tokenizer.json",
                ", max_tokens: 2 | transform.input.max_tokens: leaves no room for a text",
                ", max_tokens: 3 | transform.input.max_tokens: leaves no room for a text, or a pair",
                ", max_tokens: 9, pad_to: 8 | transform.input.max_tokens: is more than the 8 that a row has"
            })
    void aTokenizerThatDoesNotFitFailsItAsWell(String input, String problem) throws IOException {
        try (RunningGateway gateway = start(yaml(input, "kind: classes, name: scores"))) {
            String reason = gateway.post("/predict", "great").error(503);
            assertTrue(reason.contains(problem), reason);
        }
    }

    /** A real encoder with three inputs, by the words that its makers trained it with. */
    @Test
    void aRealModelAnswersAsItsMakersRecorded() throws IOException {
        Path data = Places.shared("models").resolve("tinybert");
        new Repository(root)
                .with("tinybert", "1", data.resolve("model.onnx"))
                .config("tinybert", yaml(", max_tokens: 100", "kind: embedding, name: output_0, normalize: false"));
        Files.copy(data.resolve("tokenizer.json"), root.resolve("tinybert/1/tokenizer.json"));
        JsonObject recorded = new JsonObject(Files.readString(data.resolve("test_0.json")));
        JsonArray tokens = output(recorded);
        try (RunningGateway gateway = RunningGateway.start(root, "worker.instances=1")) {
            JsonArray vector = gateway.post("/predict", "It is a truth universally acknowledged,")
                    .json()
                    .getJsonArray("embedding");
            assertEquals(50, vector.size());
            for (int i = 0; i < vector.size(); i++) {
                double sum = 0;
                for (int token = 0; token < 13; token++) {
                    sum += tokens.getDouble(token * 50 + i);
                }
                assertEquals(sum / 13, vector.getDouble(i), 1e-4, "element " + i);
            }
        }
    }

    private static JsonArray output(JsonObject recorded) {
        JsonArray outputs = recorded.getJsonObject("expected").getJsonArray("outputs");
        return Stream.iterate(0, i -> i + 1)
                .map(outputs::getJsonObject)
                .filter(each -> each.getString("name").equals("output_0"))
                .findFirst()
                .orElseThrow()
                .getJsonArray("data");
    }

    /** Files of other people, of full size, and what Python's tokenizers make of seven texts. */
    @Test
    void realFilesGiveTheTokensThatPythonGives() throws IOException {
        Path bert = Places.shared("tokenizers");
        Path tiny = Places.shared("models").resolve("tinybert/tokenizer.json");
        JsonArray cases = new JsonArray(Files.readString(bert.resolve("expected.json")));
        compare("tinybert", tiny, cases);
        compare("bert_base_cased", bert.resolve("bert-base-cased-tokenizer.json"), cases);
    }

    private static void compare(String name, Path file, JsonArray cases) throws IOException {
        try (TokenizerFiles read = TokenizerFiles.read(Files.readAllBytes(file));
                Tokenizers.Hold hold = read.hold(new Tokenization(read.file(), 512, true, true))) {
            compare(name, hold.tokenizer(), cases);
        }
    }

    private static void compare(String name, Tokenizer tokenizer, JsonArray cases) {
        assertEquals(7, cases.size());
        for (int i = 0; i < cases.size(); i++) {
            JsonObject each = cases.getJsonObject(i);
            long[] expected = each.getJsonObject(name).getJsonArray("ids").stream()
                    .mapToLong(id -> ((Number) id).longValue())
                    .toArray();
            long[] actual = tokenizer.encode(each.getString("text"), null).ids();
            assertEquals(Arrays.toString(expected), Arrays.toString(actual), each.getString("text"));
        }
    }
}

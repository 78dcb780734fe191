package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.transform.WavBytes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A recording in, the name of its tone out, whatever it comes in and at whatever rate. */
class AudioIT {

    private static final String TONES = "/models/tones/predict";
    private static final String HEARD = "/models/heard/predict";
    private static final int CLIENTS = 200;
    private static final int[] HERTZ = {440, 880, 1320, 1760};
    private static final String[] LABELS = {"A4", "A5", "E6", "A6"};

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.AUDIO_MODELS,
                "worker.instances=1",
                "http.default_model=tones",
                "http.max_body_size=1MiB",
                "compat.listeners=[\"torchserve: 0\", \"djl-serving: 0\", \"sagemaker: 0\"]");
    }

    @AfterAll
    static void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    private static HttpRequest request(int port, String path, String type, byte[] body) {
        return gateway.request(port, path)
                .header("content-type", type)
                .POST(BodyPublishers.ofByteArray(body))
                .build();
    }

    private static Answer post(String path, String type, byte[] body) {
        return Waiting.await(gateway.send(request(gateway.port(), path, type, body)));
    }

    private static String label(Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        return answer.json().getString("label");
    }

    private static byte[] form(String head, byte[] file) {
        byte[] begin = ("--b\r\ncontent-disposition: form-data; " + head + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] end = "\r\n--b--\r\n".getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(begin.length + file.length + end.length)
                .put(begin)
                .put(file)
                .put(end)
                .array();
    }

    private static byte[] json(String member, byte[] file, String before) {
        return new JsonObject()
                .put(member, before + Base64.getEncoder().encodeToString(file))
                .encode()
                .getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "audio/wav",
                "audio/x-wav",
                "audio/wave",
                "audio/vnd.wave",
                "audio/wav; codecs=audio/pcm; samplerate=16000",
                "application/octet-stream",
                "application/x-www-form-urlencoded"
            })
    void aBodyIsARecordingWhateverItIsCalled(String type) {
        assertEquals("A5", label(post(TONES, type, WavBytes.tone(16000, 880, 4000))));
        assertEquals("E6", label(post("/predict", type, WavBytes.tone(16000, 1320, 4000))));
    }

    @ParameterizedTest
    @ValueSource(ints = {4000, 8000, 11025, 22050, 44100, 48000, 96000, 44101})
    void aToneIsTheSameAtEveryRate(int rate) {
        for (int i = 0; i < HERTZ.length; i++) {
            JsonObject answer = post(TONES, "audio/wav", WavBytes.tone(rate, HERTZ[i], rate / 4))
                    .json();
            assertEquals(LABELS[i], answer.getString("label"));
            assertTrue(answer.getDouble("probability") > 0.99, answer.encode());
        }
    }

    /** Of a tone that the model's rate cannot hold, nothing may be left that it would take for another. */
    @Test
    void whatTheModelsRateCannotHoldIsNotHeard() {
        JsonObject answer = post("/models/heard/predict", "audio/wav", WavBytes.tone(48000, 16000 - 880, 4800))
                .json();
        assertEquals(
                1600,
                answer.getJsonObject("outputs")
                        .getJsonArray("signal")
                        .getJsonArray(0)
                        .size());
        JsonObject folded = post(TONES, "audio/wav", WavBytes.tone(48000, 16000 - 880, 4800))
                .json();
        assertTrue(folded.getDouble("probability") < 0.9, folded.encode());
    }

    @Test
    void aFormHasItAsAPartOrAsItsFile() {
        byte[] tone = WavBytes.tone(16000, 440, 1600);
        String type = "multipart/form-data; boundary=b";
        assertEquals("A4", label(post(TONES, type, form("name=\"audio\"", tone))));
        assertEquals("A4", label(post(TONES, type, form("name=\"file\"; filename=\"a.wav\"", tone))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "data:audio/wav;base64,"})
    void jsonHasItInBase64(String before) {
        byte[] tone = WavBytes.tone(8000, 1760, 800);
        assertEquals("A6", label(post(TONES, "application/json", json("audio", tone, before))));
    }

    @Test
    void samplesWithoutAHeadAreWhatTheContentTypeSays() throws IOException {
        short[] stereo = new short[2 * 800];
        for (int i = 0; i < 800; i++) {
            stereo[2 * i] = (short) (20000 * Math.sin(2 * Math.PI * 1320 * i / 8000));
        }
        ByteBuffer big = ByteBuffer.allocate(2 * stereo.length);
        big.asShortBuffer().put(stereo);
        ByteBuffer little = ByteBuffer.allocate(2 * stereo.length).order(ByteOrder.LITTLE_ENDIAN);
        little.asShortBuffer().put(stereo);
        assertEquals("E6", label(post(TONES, "audio/L16;rate=8000;channels=2", big.array())));
        assertEquals("E6", label(post(TONES, "audio/pcm;rate=8000;channels=2", little.array())));
        byte[] telephone = Files.readAllBytes(Places.AUDIO_MODELS.resolveSibling("tone.ulaw"));
        assertEquals("A5", label(post(TONES, "audio/basic", telephone)));
    }

    /** Whose first byte is that of JSON, and would be read as such if it were not called what it is. */
    @Test
    void samplesWithoutAHeadMayBeginAsJsonDoes() {
        byte[] samples = "{[\"0".repeat(400).getBytes(StandardCharsets.US_ASCII);
        assertEquals(200, post(TONES, "audio/L16;rate=8000", samples).status());
        Answer sagemaker = Waiting.await(
                gateway.send(request(gateway.profilePort(2), "/invocations", "audio/L16;rate=8000", samples)));
        assertEquals(200, sagemaker.status(), sagemaker.body());
    }

    @Test
    void clientsOfOtherServersSendItAsTheyDo() {
        byte[] tone = WavBytes.tone(16000, 880, 1600);
        for (String[] call : new String[][] {
            {"0", "/predictions/tones", "audio/wav"},
            {"0", "/predictions/tones", "application/octet-stream"},
            {"1", "/predictions/tones", "audio/wav"},
            {"2", "/invocations", "audio/wav"},
            {"2", "/invocations", "audio/x-audio"},
            {"2", "/models/tones/invoke", "application/octet-stream"}
        }) {
            HttpRequest request = request(gateway.profilePort(Integer.parseInt(call[0])), call[1], call[2], tone);
            Answer answer = Waiting.await(gateway.send(request));
            assertEquals(200, answer.status(), answer.body());
            assertTrue(answer.body().contains("A5"), answer.body());
            assertTrue(answer.body().indexOf("A5") < answer.body().indexOf("A4"), "the likeliest first: " + answer);
        }
        HttpRequest base64 =
                request(gateway.profilePort(0), "/predictions/tones", "application/json", json("data", tone, ""));
        assertTrue(Waiting.await(gateway.send(base64)).body().contains("A5"));
    }

    @Test
    void aMaskAndALengthGoWithItAndItIsNormalised() {
        JsonObject outputs = post(HEARD, "audio/wav", WavBytes.mono(16000, (short) 8192, (short) -8192))
                .json()
                .getJsonObject("outputs");
        JsonArray signal = outputs.getJsonArray("signal").getJsonArray(0);
        assertEquals(1, signal.getDouble(0), 1e-5);
        assertEquals(-1, signal.getDouble(1), 1e-5);
        assertEquals(JsonArray.of(1, 1), outputs.getJsonArray("mask").getJsonArray(0));
        assertEquals(JsonArray.of(2), outputs.getJsonArray("length"));
    }

    @Test
    void aRowOfFixedLengthIsFilledOrCut() {
        JsonArray filled = half(WavBytes.mono(16000, (short) 16384, (short) -16384));
        assertEquals(JsonArray.of(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, -0.5), filled);
        assertEquals(8, half(WavBytes.tone(16000, 440, 100)).size());
    }

    private static JsonArray half(byte[] file) {
        Answer answer = post("/models/half/predict", "audio/wav", file);
        return answer.json()
                .getJsonObject("outputs")
                .getJsonArray("signal")
                .getJsonArray(0)
                .getJsonArray(0);
    }

    /** Of different lengths and rates, all at one time: each gets its own tone, and they share batches. */
    @Test
    void manyClientsShareBatches() {
        double before = gateway.metrics().value("sluice_batch_rows_count", "model=\"tones\"");
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            byte[] tone = WavBytes.tone(i % 3 == 0 ? 8000 : 16000, HERTZ[i % 4], 1600 + 16 * (i % 5));
            answers.add(gateway.send(request(gateway.port(), TONES, "audio/wav", tone)));
        }
        for (int i = 0; i < CLIENTS; i++) {
            assertEquals(LABELS[i % 4], label(Waiting.await(answers.get(i))));
        }
        double batches = gateway.metrics().value("sluice_batch_rows_count", "model=\"tones\"") - before;
        assertTrue(batches < CLIENTS, CLIENTS + " recordings took " + batches + " batches");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "audio/wav | OggS | 415 | body: is an Ogg file (Vorbis or Opus); expected a WAV, or raw samples that"
                        + " the content type tells of, as in audio/L16;rate=16000",
                "application/octet-stream | hello, world | 415 | body: is no WAV; expected a WAV, or raw samples that"
                        + " the content type tells of, as in audio/L16;rate=16000",
                "audio/L16 | abcd | 400 | content-type: says no rate; expected one, as in audio/L16;rate=16000",
                "audio/L16;rate=8000 | abc | 400 | body: is cut in the middle of a sample: 3 bytes are no whole number"
                        + " of 2, which 1 channels of INT_16 have",
                "application/json | {\"audio\": \"T2dnUw==\"} | 415 | audio: is an Ogg file (Vorbis or Opus); expected"
                        + " a WAV, or raw samples that the content type tells of, as in audio/L16;rate=16000",
                "application/json | {\"audio\": \"????\"} | 400 | audio: is no base64: Illegal base64 character 3f",
                "application/json | {\"audio\": 3} | 400 | audio: expected a string",
                "application/json | {} | 400 | audio: is missing; expected a recording in base64, or a data URL"
            })
    void saysWhatIsWrongAndWhere(String type, String body, int status, String error) {
        String said = post(TONES, type, body.getBytes(StandardCharsets.UTF_8)).error(status);
        assertTrue(said.startsWith(error), said);
    }

    @Test
    void refusesWhatIsEmptyTooLongOrTooLarge() {
        assertEquals(
                "body: is empty; expected a recording",
                post(TONES, "audio/wav", new byte[0]).error(400));
        assertEquals(
                "body: lasts 2.5 seconds, and 2 are taken (transform.input.max_seconds)",
                post(HEARD, "audio/wav", WavBytes.tone(8000, 440, 20_000)).error(400));
        assertEquals(
                "body: lasts 31.0 seconds, and 30 are taken (transform.input.max_seconds)",
                post(TONES, "audio/wav", WavBytes.tone(1, 0, 31)).error(400));
        post(TONES, "audio/wav", WavBytes.tone(16000, 440, 1 << 20)).error(413);
        gateway.awaitNothingInFlight();
    }

    @Test
    void aRecordingIsNothingForModelsThatTakeNumbersOrAPicture() {
        try (RunningGateway digits = RunningGateway.start(Places.DEMO_MODELS, "worker.instances=1")) {
            HttpRequest request = digits.request("/models/digits/predict")
                    .header("content-type", "audio/wav")
                    .POST(BodyPublishers.ofByteArray(WavBytes.tone(16000, 440, 160)))
                    .build();
            assertEquals(
                    "image: is none of the pictures that are read here: JPEG, PNG, GIF, BMP and WebP",
                    Waiting.await(digits.send(request)).error(415));
            HttpRequest bare = digits.request("/models/digits/predict")
                    .header("content-type", "audio/L16")
                    .POST(BodyPublishers.ofByteArray(new byte[320]))
                    .build();
            assertEquals(
                    "image: is none of the pictures that are read here: JPEG, PNG, GIF, BMP and WebP",
                    Waiting.await(digits.send(bare)).error(415),
                    "whatever it leaves out of what only recordings need");
        }
    }

    @Test
    void saysHowLongItTook() {
        HttpRequest request = gateway.request(TONES)
                .header("content-type", "audio/wav")
                .header("sluice-timing", "1")
                .POST(BodyPublishers.ofByteArray(WavBytes.tone(44100, 440, 4410)))
                .build();
        Answer answer = Waiting.await(gateway.send(request));
        assertTrue(String.valueOf(answer.header("server-timing")).startsWith("decode;dur="), answer.toString());
    }
}

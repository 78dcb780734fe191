package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Pictures;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A picture in, a label out, with the model that comes with Sluice. */
class PredictIT {

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.DEMO_MODELS, "http.max_body_size=2MiB", "transform.max_pixels=2000000");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void nothingIsLeft() {
        gateway.awaitNothingInFlight();
    }

    private static byte[] sample(int digit) throws IOException {
        return Files.readAllBytes(Places.DEMO_DIGITS.resolve(digit + ".png"));
    }

    /** As somebody takes it of a sheet of paper. */
    private static byte[] photo(int digit) throws IOException {
        return Pictures.write(
                Pictures.photo(
                        ImageIO.read(Places.DEMO_DIGITS.resolve(digit + ".png").toFile()),
                        800,
                        600,
                        new Pictures.Place(12, 310, 140)),
                "jpeg");
    }

    private static Answer post(String path, byte[] body, String... headers) {
        var request = gateway.request(path).POST(BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Waiting.await(gateway.send(request.build()));
    }

    private static String label(Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        return answer.json().getString("label");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void readsAPhotoOfEachDigit(int digit) throws IOException {
        Answer answer = post("/predict", photo(digit));
        assertEquals(Integer.toString(digit), label(answer), answer.body());
        assertTrue(answer.json().getDouble("probability") > 0.5, answer.body());
        assertEquals(3, answer.json().getJsonArray("top").size());
        assertEquals(
                answer.json().getString("label"),
                answer.json().getJsonArray("top").getJsonObject(0).getString("label"));
    }

    private static byte[] form(String name, byte[] picture) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(("--b0\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nof today\r\n"
                        + "--b0\r\ncontent-disposition: form-data; name=\"" + name
                        + "\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        body.writeBytes(picture);
        body.writeBytes("\r\n--b0--\r\n".getBytes(StandardCharsets.US_ASCII));
        return body.toByteArray();
    }

    private static byte[] json(String image) {
        return ("{\"image\":\"" + image + "\"}").getBytes(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "application/octet-stream", "application/x-www-form-urlencoded", "text/plain"})
    void readsAPictureWhateverItIsCalled(String contentType) throws IOException {
        assertEquals("3", label(post("/models/digits/predict", sample(3), "content-type", contentType)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "file"})
    void readsAFileOfAForm(String name) throws IOException {
        Answer answer = post("/predict", form(name, photo(4)), "content-type", "multipart/form-data; boundary=b0");
        assertEquals("4", label(answer));
    }

    @Test
    void readsBase64AndDataUrls() throws IOException {
        String base64 = Base64.getEncoder().encodeToString(sample(5));
        String forUrls = Base64.getUrlEncoder().withoutPadding().encodeToString(sample(5));
        assertEquals("5", label(post("/predict", json(base64), "content-type", "application/json")));
        assertEquals("5", label(post("/models/digits/versions/1/predict", json(forUrls))));
        assertEquals("5", label(post("/predict", json("data:image/png;base64," + base64))));
    }

    @Test
    void turnsAPhotoAsItsCameraSays() throws IOException {
        for (int orientation : new int[] {3, 6, 8}) {
            var upright = Pictures.photo(
                    ImageIO.read(Places.DEMO_DIGITS.resolve("7.png").toFile()),
                    600,
                    600,
                    new Pictures.Place(12, 110, 140));
            byte[] jpeg = Pictures.write(Pictures.stored(upright, orientation), "jpeg");
            assertEquals("7", label(post("/predict", Pictures.oriented(jpeg, orientation, true))));
        }
    }

    @Test
    void answersWithALineWhereTextIsAskedFor() throws IOException {
        Answer answer = post("/predict", sample(9), "accept", "text/plain");
        assertEquals("9\n", answer.body());
        assertEquals("text/plain; charset=utf-8", answer.header("content-type"));
    }

    @Test
    void saysHowLongThePictureTook() throws IOException {
        String timing = post("/predict", sample(9), "sluice-timing", "1").header("server-timing");
        assertTrue(timing != null && timing.matches("decode;dur=[0-9.]+, queue;dur=.*"), timing);
    }

    @Test
    void countsAsAProtocolOfItsOwn() throws IOException {
        double before = gateway.metrics().value("sluice_requests_total", "protocol=\"predict\"", "outcome=\"success\"");
        post("/predict", sample(1));
        assertEquals(
                before + 1,
                gateway.metrics().value("sluice_requests_total", "protocol=\"predict\"", "outcome=\"success\""));
    }

    @Test
    void showsWhatThreadsThatDecodeHaveDone() throws IOException {
        double before = gateway.metrics().value("sluice_transform_seconds_count", "kind=\"picture\"");
        post("/predict", sample(1));
        Waiting.until(
                "it is counted",
                () -> gateway.metrics().value("sluice_transform_seconds_count", "kind=\"picture\"") == before + 1);
        assertTrue(gateway.metrics().value("sluice_transform_seconds_sum", "kind=\"picture\"") > 0);
        assertEquals(0, gateway.metrics().value("sluice_waiting_transforms"));
        assertEquals(0, gateway.metrics().value("sluice_refused_transforms_total"));
    }

    @Test
    void refusesWhatIsNoPicture() throws IOException {
        String error = post("/predict", "hello, is it me you are looking for?".getBytes(StandardCharsets.US_ASCII))
                .error(415);
        assertTrue(error.startsWith("image: is none of the pictures"), error);
        assertTrue(post("/predict", sample(1), "content-type", "text/html")
                .error(415)
                .startsWith("content-type: "));
        assertTrue(post("/predict", new byte[0]).error(400).startsWith("body: is empty"));
        assertTrue(post("/predict", json("%%%")).error(400).startsWith("image: is no base64"));
        assertTrue(post("/predict", "{}".getBytes(StandardCharsets.US_ASCII))
                .error(400)
                .startsWith("image: is missing"));
        assertTrue(post(
                        "/predict",
                        "--b0--".getBytes(StandardCharsets.US_ASCII),
                        "content-type",
                        "multipart/form-data; boundary=b0")
                .error(400)
                .startsWith("body: is a form without a part"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", " %s\n", "data:image/png;base64,%s"})
    void base64WithoutJsonIsToldWhatIsExpected(String form) throws IOException {
        byte[] picture = sample(7);
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getMimeEncoder(), Base64.getUrlEncoder())) {
            byte[] body = String.format(form, encoder.encodeToString(picture)).getBytes(StandardCharsets.US_ASCII);
            for (String type : List.of("text/plain", "application/octet-stream", "image/png")) {
                assertEquals(
                        "body: is a picture in base64; expected its bytes as they are, or {\"image\": \"...\"} with it"
                                + " in base64",
                        post("/predict", body, "content-type", type).error(415));
            }
            assertTrue(post("/predict", body).error(415).startsWith("body: is a picture in base64"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "[1, 2]", " \"x\" ", "7", "true"})
    void jsonThatIsNoObjectIsToldWhatIsExpected(String json) {
        byte[] body = json.getBytes(StandardCharsets.US_ASCII);
        for (String type : List.of("application/json", "application/x-www-form-urlencoded")) {
            assertEquals(
                    "body: is JSON, and no object; expected {\"image\": \"...\"} with a picture in base64, or a data URL",
                    post("/predict", body, "content-type", type).error(400));
        }
        assertTrue(
                post("/predict", body, "content-type", "image/png").error(415).startsWith("image: is none"));
    }

    @Test
    void refusesWhatIsTooLargeBeforeItIsRead() {
        assertTrue(post("/predict", new byte[3 << 20]).error(413).contains("http.max_body_size"));
    }

    @Test
    void refusesWhatWouldBeTooLargeOnceDecoded() {
        byte[] bomb = Pictures.write(new BufferedImage(8000, 8000, BufferedImage.TYPE_BYTE_BINARY), "png");
        assertTrue(bomb.length < 100_000, "it is " + bomb.length + " bytes");
        assertEquals(
                "image: has 8000 x 8000 pixels, more than transform.max_pixels (2000000)",
                post("/predict", bomb).error(400));
    }

    @Test
    void refusesAPictureThatIsCutShort() throws IOException {
        byte[] whole = photo(2);
        String error = post("/predict", Arrays.copyOf(whole, whole.length / 2)).error(400);
        assertEquals("image: the JPEG is cut short: it has no end", error);
    }

    @Test
    void keepsToTheDeadlineOfTheHead() throws IOException {
        var large = Pictures.photo(
                ImageIO.read(Places.DEMO_DIGITS.resolve("7.png").toFile()),
                1600,
                1200,
                new Pictures.Place(12, 110, 140));
        String error = post("/predict", Pictures.write(large, "jpeg"), "sluice-timeout-ms", "1")
                .error(504);
        assertTrue(error.contains("deadline"), error);
    }
}
